/**
 * The cases of `bench run`: processes, and the figures that each yields. The cases run in turn,
 * several times, so that other load on the machine affects all of them alike.
 */

import { totalMessages, type RunDocument } from '@cachetorrent/runner';

import { configFile, inRepository } from '../../files.ts';
import { runArgsOf } from '../commands/swarm-options.ts';
import { CACHETORRENT, measure } from '../process.ts';

/** The figures of a case, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface BenchCase {
  readonly name: string;
  /** A script of the repository, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** The number of threads, each of which needs a core. */
  readonly threads: number;
  /** Whether it simulates a swarm, and accepts `--pieces`. */
  readonly isSimulation?: boolean;
  /** The greatest number of runs, of a case that takes long. */
  readonly runsMax?: number;
  readonly figuresOf: (stdout: string) => Figures;
}

const BENCH = 'tools/bench.ts';
const SEED = '1';
const BORDERS = inRepository('tools/bench/run/borders.yaml');

export const CASES: readonly BenchCase[] = [
  simulated('medium', configFile('medium'), 2),
  simulated('medium, 1 worker', configFile('medium'), 1),
  simulated('medium, original rules', configFile('medium'), 2, '--rules', 'original'),
  simulated('medium, 50 % leaders', configFile('medium'), 2, '--leaders', '50'),
  simulated('large', configFile('large'), 2),
  simulated('large, 1 worker', configFile('large'), 1),
  { ...simulated('hundred-thousand', configFile('hundred-thousand'), 2), runsMax: 3 },
  { ...simulated('million', configFile('million'), 2), runsMax: 1 },
  { ...simulated('day', inRepository('tools/bench/run/day.yaml'), 2), runsMax: 3 },
  { ...simulated('borders', BORDERS, 1), runsMax: 3 },
  { ...simulated('no borders', BORDERS, 1, '--set', 'network.borders=null'), runsMax: 3 },
  predicted('large, predicted', 'large', 16),
  phold('phold, 16,000 pending', 16_000),
  phold('phold, 1,000,000 pending', 1_000_000),
];

export interface CaseOptions {
  readonly signal: AbortSignal;
  /** For a trial: the number of pieces. */
  readonly pieces?: number;
}

/** @throws ProcessFailed if the process fails */
export async function runCase(of: BenchCase, { signal, pieces }: CaseOptions): Promise<Figures> {
  const { script, isSimulation, figuresOf } = of;
  const trial = isSimulation === true && pieces !== undefined ? { pieces } : {};
  const args = [...of.args, ...runArgsOf(trial)];
  const { wallMs, cpuMs, peakRssBytes, stdout } = await measure({ script, args, signal });
  return { wallMs, cpuMs, peakRssBytes, ...figuresOf(stdout) };
}

function simulated(name: string, file: string, workers: number, ...more: string[]): BenchCase {
  const flags = ['--json', '--quiet', '--seed', SEED, '--workers', String(workers)];
  const figuresOf = (stdout: string): Figures => {
    const { result, timing } = JSON.parse(stdout) as RunDocument;
    const messages = totalMessages(result.messages);
    return { messages, windows: timing.windows, haves: result.messages['have'] ?? 0 };
  };
  return {
    name,
    script: CACHETORRENT,
    args: ['run', file, ...flags, ...more],
    threads: workers,
    isSimulation: true,
    figuresOf,
  };
}

function predicted(name: string, config: string, workers: number): BenchCase {
  const figuresOf = (stdout: string): Figures => {
    const { predictions } = JSON.parse(stdout) as {
      readonly predictions: readonly { readonly workers: number; readonly speedUp: number }[];
    };
    return { speedUp: predictions.find((each) => each.workers === workers)!.speedUp };
  };
  const args = ['predict', configFile(config), '--json', '--no-check'];
  return { name, script: BENCH, args, threads: 1, isSimulation: true, figuresOf };
}

function phold(name: string, pending: number): BenchCase {
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
