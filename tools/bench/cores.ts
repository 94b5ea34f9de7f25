/**
 * Measures the share of the machine's capacity that one run uses. Independent runs, one for each
 * core at the same time, show the capacity; one run with as many workers shows what it uses.
 *
 * Cores share memory, caches and power, and cores of a virtual machine may share one real core. So
 * n cores do less than n times the work of one, whatever the program.
 */

import { measureRun } from './process.ts';
import { type Summary, summarize } from './statistics.ts';

export interface CoreUse {
  readonly config: string;
  readonly cores: number;
  /** Wall time of one run with one worker, in ms. */
  readonly aloneMs: Summary;
  /** The throughput of the independent runs, relative to one run alone. */
  readonly independent: Summary;
  /** The speed-up of one run with a worker for each core. */
  readonly speedUp: Summary;
  /** `speedUp` divided by `independent`, round by round. */
  readonly share: Summary;
}

export interface CoresOptions {
  /** From 2 to the number of cores of the machine. */
  readonly cores: number;
  readonly rounds: number;
  /** Further options of `cachetorrent run`. */
  readonly args: readonly string[];
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** @throws ProcessFailed if a run fails */
export async function measureCores(config: string, options: CoresOptions): Promise<CoreUse> {
  const { cores, rounds, args, log, signal } = options;
  const wallMs = async (workers: number): Promise<number> => {
    const run = [config, ...args, '--workers', String(workers)];
    return (await measureRun({ args: run, signal })).wallMs;
  };
  const aloneMs: number[] = [];
  const independent: number[] = [];
  const speedUp: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await wallMs(1);
    const together = await Promise.all(Array.from({ length: cores }, () => wallMs(1)));
    const shared = await wallMs(cores);
    aloneMs.push(alone);
    // The sum of the runs' own rates: when the first run ends, the others become faster.
    independent.push(together.reduce((sum, ms) => sum + alone / ms, 0));
    speedUp.push(alone / shared);
    const [throughput, faster] = [independent.at(-1)!, speedUp.at(-1)!].map((n) => n.toFixed(2));
    const place = `round ${round + 1} of ${rounds}: ${config}`;
    log(`${place}: throughput ${throughput}, speed-up ${faster}`);
  }
  return {
    config,
    cores,
    aloneMs: summarize(aloneMs),
    independent: summarize(independent),
    speedUp: summarize(speedUp),
    share: summarize(speedUp.map((times, round) => times / independent[round]!)),
  };
}
