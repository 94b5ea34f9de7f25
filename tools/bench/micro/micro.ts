/**
 * The cost of one component of the simulator by itself, in a loop that does nothing else. In a run
 * it costs at least this much, since caches are shared with everything else.
 */

import { Bench } from 'tinybench';

import { summarize } from '../statistics.ts';

export interface Microbenchmark {
  /** The component, its operation and its size, such as `queue: push and pop, 16,000 pending`. */
  readonly name: string;
  /** Builds what the loop works on; called just before the loop runs. */
  readonly make: () => Loop;
}

export interface Loop {
  /** The number of operations in one call of `run`. */
  readonly operations: number;
  readonly run: () => void;
}

export interface MicroCost {
  readonly name: string;
  /** Nanoseconds of one operation: the median over the calls, and the quartiles. */
  readonly ns: number;
  readonly lowNs: number;
  readonly highNs: number;
}

/** Measures for `timeMs`, after a warm-up of a quarter of that time. */
export async function costOf({ name, make }: Microbenchmark, timeMs: number): Promise<MicroCost> {
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
  const callNs = result.latency.samples!.map((callMs) => callMs * 1e6);
  return microCost(
    name,
    callNs.map((ns) => ns / operations),
  );
}

/** Summarizes measurements of one operation, in ns. */
export function microCost(name: string, values: readonly number[]): MicroCost {
  const { median, low, high } = summarize(values);
  return { name, ns: median, lowNs: low, highNs: high };
}

/** Formats 16000 as `16,000`. */
export function sized(count: number): string {
  return count.toLocaleString('en');
}

/** A receiver whose handlers of `kinds` count their calls. */
export function countingReceiver<Messages>(kinds: readonly (keyof Messages)[]): {
  readonly receiver: Messages;
  readonly calls: { count: number };
} {
  const calls = { count: 0 };
  const handle = (): void => {
    calls.count++;
  };
  const receiver = Object.fromEntries(kinds.map((kind) => [kind, handle])) as unknown as Messages;
  return { receiver, calls };
}
