/**
 * What a simulation takes from memory, beyond all noise: bytes allocated for a message, and bytes
 * that are alive for a peer. Both are counted inside a process that simulates in one thread.
 */

import { assert } from '@cachetorrent/std';
import type { Swarm } from '@cachetorrent/simulator';

import { measure } from '../process.ts';
import type { Sample } from './inside.ts';

/** Large enough that nothing is collected while it is counted. */
const NURSERY_MB = 512;
const HEAP_MB = 2_048;

/** Bytes that the JavaScript of a message allocates, in the second half of a run. */
export async function allocatedBytesPerMessage(swarm: Swarm): Promise<number> {
  const roomy = [
    `--min-semi-space-size=${NURSERY_MB}`,
    `--max-semi-space-size=${NURSERY_MB}`,
    `--initial-heap-size=${HEAP_MB}`,
  ];
  const { samples } = await inside('allocations', swarm, roomy);
  const last = samples.at(-1)!;
  const from = samples.find(({ messages }) => messages >= last.messages / 2)!;
  // The end of a run, when all peers complete, is not its steady state.
  const to = samples.findLast(({ messages }) => messages <= 0.9 * last.messages)!;
  const counted = samples.slice(samples.indexOf(from), samples.indexOf(to) + 1);
  for (const [place, { heapBytes }] of counted.entries()) {
    const before = counted[place - 1]?.heapBytes ?? 0;
    assert(heapBytes >= before, 'nothing is collected while allocations are counted');
  }
  return (to.heapBytes - from.heapBytes) / (to.messages - from.messages);
}

export interface Footprint {
  /** On the heap of JavaScript, and in arrays beside it. */
  readonly heapBytes: number;
  readonly arrayBytes: number;
}

/** What is alive at the height of a run, without what there was before it. */
export async function footprintOf(swarm: Swarm): Promise<Footprint> {
  const { samples, emptyBytes } = await inside('footprint', swarm, ['--expose-gc']);
  const most = (of: (sample: Sample | typeof emptyBytes) => number): number =>
    Math.max(...samples.map(of)) - of(emptyBytes);
  return {
    heapBytes: most(({ heapBytes }) => heapBytes),
    arrayBytes: most(({ arrayBytes }) => arrayBytes),
  };
}

interface Inside {
  readonly emptyBytes: { readonly heapBytes: number; readonly arrayBytes: number };
  readonly samples: readonly Sample[];
}

async function inside(mode: string, swarm: Swarm, node: readonly string[]): Promise<Inside> {
  const script = 'tools/bench/heap/inside.ts';
  const { stdout } = await measure({ script, args: [mode, JSON.stringify(swarm)], node });
  return JSON.parse(stdout) as Inside;
}
