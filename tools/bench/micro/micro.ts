/**
 * What one part of the simulator costs by itself, in a loop that does nothing else: a floor for
 * what it costs in a run, where caches are shared with everything around it.
 */

import { Bench } from 'tinybench';

import { summarize } from '../statistics.ts';

/** A loop over one part. */
export interface Micro {
  /** The part, what it does, and how large it is: `queue: hold, 16,000 pending`. */
  readonly name: string;
  /** Builds what the loop works on, only when its turn has come. */
  readonly make: () => Loop;
}

export interface Loop {
  /** How many operations one call of `run` does. */
  readonly operations: number;
  readonly run: () => void;
}

export interface Cost {
  readonly name: string;
  /** Nanoseconds of one operation: the median over the calls, and the quartiles. */
  readonly ns: number;
  readonly lowNs: number;
  readonly highNs: number;
}

/** How long to measure each part, after a warm-up of a quarter of that. */
export interface MicroOptions {
  readonly timeMs: number;
}

export async function costOf({ name, make }: Micro, { timeMs }: MicroOptions): Promise<Cost> {
  const { operations, run } = make();
  const bench = new Bench({
    time: timeMs,
    warmupTime: timeMs / 4,
    iterations: 5,
    warmupIterations: 2,
    retainSamples: true,
    throws: true,
  });
  bench.add(name, run);
  const [task] = await bench.run();
  const { result } = task!;
  if (!('latency' in result)) throw new Error(`${name} was not measured: it is ${result.state}`);
  const { median, low, high } = summarize(result.latency.samples!);
  const nsOf = (callMs: number): number => (callMs * 1e6) / operations;
  return { name, ns: nsOf(median), lowNs: nsOf(low), highNs: nsOf(high) };
}

/** 16000 as `16,000`. */
export function sized(count: number): string {
  return count.toLocaleString('en');
}
