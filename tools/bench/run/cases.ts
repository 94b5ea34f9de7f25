/**
 * What `bench run` measures: whole processes, each with the figures that it yields. A case is run
 * several times, in turns with the others, so that what disturbs the machine disturbs all alike.
 */

import type { RunDocument } from '@cachetorrent/runner';

import { totalMessages } from '@cachetorrent/runner';

import { configFile } from '../../runs/configs.ts';
import { COMMAND } from '../measured-run.ts';
import { measure } from '../process.ts';

/** By name; all are numbers that grow with what they name. */
export type Figures = Readonly<Record<string, number>>;

export interface Case {
  readonly name: string;
  /** The process: a script of the repository, and what it is told. */
  readonly script: string;
  readonly args: readonly string[];
  /** Threads that it needs a core for, each. */
  readonly threads: number;
  /** Whether it simulates, and may be told to do so with fewer pieces. */
  readonly simulates?: boolean;
  /** It takes so long that it is run no more often than this. */
  readonly runsMax?: number;
  readonly figuresOf: (stdout: string) => Figures;
}

const BENCH = 'tools/bench.ts';
const SEED = '1';

export const CASES: readonly Case[] = [
  simulated('medium', 'medium', 2),
  simulated('medium, 1 worker', 'medium', 1),
  simulated('medium, original rules', 'medium', 2, '--rules', 'original'),
  simulated('medium, 50 % leaders', 'medium', 2, '--leaders', '50'),
  simulated('large', 'large', 2),
  simulated('large, 1 worker', 'large', 1),
  { ...simulated('hundred-thousand', 'hundred-thousand', 2), runsMax: 3 },
  { ...simulated('million', 'million', 2), runsMax: 1 },
  predicted('large, predicted', 'large', 16),
  phold('phold, 16,000 pending', 16_000),
  phold('phold, 1,000,000 pending', 1_000_000),
];

export interface CaseOptions {
  readonly signal: AbortSignal;
  /** With so many pieces, for a trial. */
  readonly pieces?: number;
}

/** @throws ProcessFailed where the process does */
export async function runCase(of: Case, { signal, pieces }: CaseOptions): Promise<Figures> {
  const { script, simulates, figuresOf } = of;
  const fewer = simulates === true && pieces !== undefined ? ['--pieces', String(pieces)] : [];
  const args = [...of.args, ...fewer];
  const { wallMs, cpuMs, peakRssBytes, stdout } = await measure({ script, args, signal });
  return { wallMs, cpuMs, peakRssBytes, ...figuresOf(stdout) };
}

function simulated(name: string, config: string, workers: number, ...more: string[]): Case {
  const file = configFile(config);
  const flags = ['--json', '--quiet', '--seed', SEED, '--workers', String(workers)];
  const figuresOf = (stdout: string): Figures => {
    const { result, timing } = JSON.parse(stdout) as RunDocument;
    const messages = totalMessages(result.messages);
    return { messages, windows: timing.windows, haves: result.messages['have'] ?? 0 };
  };
  return {
    name,
    script: COMMAND,
    args: ['run', file, ...flags, ...more],
    threads: workers,
    simulates: true,
    figuresOf,
  };
}

function predicted(name: string, config: string, workers: number): Case {
  const figuresOf = (stdout: string): Figures => {
    const { predictions } = JSON.parse(stdout) as {
      readonly predictions: readonly { readonly workers: number; readonly speedUp: number }[];
    };
    return { speedUp: predictions.find((each) => each.workers === workers)!.speedUp };
  };
  const args = ['predict', configFile(config), '--json', '--no-check'];
  return { name, script: BENCH, args, threads: 1, simulates: true, figuresOf };
}

function phold(name: string, pending: number): Case {
  const figuresOf = (stdout: string): Figures => {
    const { points } = JSON.parse(stdout) as {
      readonly points: readonly { readonly eventsPerSecond: readonly number[] }[];
    };
    return { eventsPerSecond: points[0]!.eventsPerSecond[0]! };
  };
  const args = ['phold', '--json', '--runs', '1', '--pending', String(pending)];
  return {
    name,
    script: BENCH,
    args: [...args, '--actors', '16', '--workers', '1', '--remote', '10'],
    threads: 1,
    figuresOf,
  };
}
