/**
 * How much of the machine a run makes use of: as many unrelated runs at once as there are cores
 * show what it has to give, and one run on as many workers what becomes of it.
 *
 * Cores share memory, caches and heat, and a virtual machine's may share one core, so what all of
 * them do is less than so many times the work of one, whatever a program does.
 */

import { measureRun } from '../measured-run.ts';
import { type Summary, summarize } from '../statistics.ts';

export interface Cores {
  readonly config: string;
  readonly cores: number;
  /** Of one run on one worker, in ms. */
  readonly aloneMs: Summary;
  /** How many times the work of one run alone the unrelated runs do in the same time. */
  readonly unrelated: Summary;
  /** How many times as fast one run is on as many workers. */
  readonly speedUp: Summary;
  /** `speedUp` over `unrelated`, in turns. */
  readonly share: Summary;
}

export interface CoresOptions {
  /** 2 or more, and no more than there are. */
  readonly cores: number;
  readonly rounds: number;
  /** Other options of `cachetorrent run`. */
  readonly args: readonly string[];
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** @throws ProcessFailed where a run fails */
export async function measureCores(config: string, options: CoresOptions): Promise<Cores> {
  const { cores, rounds, args, tell, signal } = options;
  const wallMs = async (workers: number): Promise<number> => {
    const run = [config, ...args, '--workers', String(workers)];
    return (await measureRun({ args: run, signal })).wallMs;
  };
  const aloneMs: number[] = [];
  const unrelated: number[] = [];
  const speedUp: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await wallMs(1);
    const together = await Promise.all(Array.from({ length: cores }, () => wallMs(1)));
    const shared = await wallMs(cores);
    aloneMs.push(alone);
    // Each at its own pace: the first to end leaves the others more room.
    unrelated.push(together.reduce((sum, ms) => sum + alone / ms, 0));
    speedUp.push(alone / shared);
    const [work, faster] = [unrelated.at(-1)!, speedUp.at(-1)!].map((times) => times.toFixed(2));
    tell(
      `round ${round + 1} of ${rounds}: ${config}: ${work} times the work, ${faster} times as fast`,
    );
  }
  return {
    config,
    cores,
    aloneMs: summarize(aloneMs),
    unrelated: summarize(unrelated),
    speedUp: summarize(speedUp),
    share: summarize(speedUp.map((times, round) => times / unrelated[round]!)),
  };
}
