/**
 * The memory use of a simulation: bytes allocated per message, and live bytes per peer. Both are
 * counted inside a process that simulates in one thread, so they do not depend on other load.
 */

import { assert } from '@cachetorrent/std';
import type { Swarm } from '@cachetorrent/simulator';

import { measure } from '../process.ts';
import type { HeapSample } from './inside.ts';

/** Large enough that nothing is collected while allocations are counted. */
const NURSERY_MB = 512;
const HEAP_MB = 2_048;

/** Returns the heap bytes that a message allocates, in the second half of a run. */
export async function allocatedBytesPerMessage(swarm: Swarm): Promise<number> {
  const node = [
    `--min-semi-space-size=${NURSERY_MB}`,
    `--max-semi-space-size=${NURSERY_MB}`,
    `--initial-heap-size=${HEAP_MB}`,
  ];
  const { samples } = await runInside('allocations', swarm, node);
  const last = samples.at(-1)!;
  const from = samples.find(({ messages }) => messages >= last.messages / 2)!;
  // The end of a run, when all peers complete, is not a steady state.
  const to = samples.findLast(({ messages }) => messages <= 0.9 * last.messages)!;
  const counted = samples.slice(samples.indexOf(from), samples.indexOf(to) + 1);
  for (const [index, { heapBytes }] of counted.entries()) {
    const before = counted[index - 1]?.heapBytes ?? 0;
    assert(heapBytes >= before, 'nothing is collected while allocations are counted');
  }
  return (to.heapBytes - from.heapBytes) / (to.messages - from.messages);
}

export interface MeasuredFootprint {
  /** On the JavaScript heap, and in array buffers outside it. */
  readonly heapBytes: number;
  readonly arrayBytes: number;
}

/**
 * Returns the live memory during a run, less the live memory before it: the median over time, since
 * a few samples have array buffers that are about to be freed.
 */
export async function footprintOf(swarm: Swarm): Promise<MeasuredFootprint> {
  const { samples, emptyBytes } = await runInside('footprint', swarm, ['--expose-gc']);
  const typical = (of: (sample: HeapSample | typeof emptyBytes) => number): number =>
    samples.map(of).sort((a, b) => a - b)[Math.floor(samples.length / 2)]! - of(emptyBytes);
  return {
    heapBytes: typical(({ heapBytes }) => heapBytes),
    arrayBytes: typical(({ arrayBytes }) => arrayBytes),
  };
}

/** The live memory at instants that are at least `everyMs` apart, less that before the run. */
export async function footprintOverTime(
  swarm: Swarm,
  everyMs: number,
): Promise<readonly { readonly atMs: number; readonly bytes: number }[]> {
  const args = [String(everyMs)];
  const { samples, emptyBytes } = await runInside('footprint', swarm, ['--expose-gc'], args);
  const empty = emptyBytes.heapBytes + emptyBytes.arrayBytes;
  return samples.map(({ atMs, heapBytes, arrayBytes }) => ({
    atMs,
    bytes: heapBytes + arrayBytes - empty,
  }));
}

interface HeapReport {
  readonly emptyBytes: { readonly heapBytes: number; readonly arrayBytes: number };
  readonly samples: readonly HeapSample[];
}

async function runInside(
  mode: string,
  swarm: Swarm,
  node: readonly string[],
  more: readonly string[] = [],
): Promise<HeapReport> {
  const script = 'tools/bench/heap/inside.ts';
  const args = [mode, JSON.stringify(swarm), ...more];
  const { stdout } = await measure({ script, args, node });
  return JSON.parse(stdout) as HeapReport;
}
