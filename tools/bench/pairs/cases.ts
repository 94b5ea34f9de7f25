/**
 * What `bench pairs` runs in two versions of the source: whole processes, as users start them, and
 * the figures that each yields.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { totalMessages, type RunDocument } from '@cachetorrent/runner';

import { isBundleCurrent } from '../../../packages/runner/bin/workspace-command.js';
import { configFile, withTemporaryFolder } from '../../files.ts';
import { CACHETORRENT, measure, wallMsOf } from '../process.ts';

/** An installed checkout of the version that is measured. */
export interface Checkout {
  /** Its folder. */
  readonly root: string;
  readonly signal: AbortSignal;
}

/** The figures of a case, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface PairCase {
  readonly name: string;
  readonly what: string;
  /** Whether it takes so long that it is measured only if it is named. */
  readonly isLong?: true;
  /** Whether it is run once before it is measured. */
  readonly isShort?: true;
  readonly run: (checkout: Checkout) => Promise<Figures>;
  readonly figures: readonly PairFigure[];
}

export interface PairFigure {
  readonly label: string;
  /** Its name among the figures of the case. */
  readonly name: string;
  /** What a figure is divided by to have the unit of the label. */
  readonly divisor: number;
  /** The target: for this version over the other one, or for this version. */
  readonly goal?: Goal;
}

export type Goal =
  | { readonly ratioAtMost: number }
  | { readonly atMost: number }
  | { readonly atLeast: number };

const COMMAND = 'packages/runner/bin/cachetorrent.js';
const SWEEP_RUNS = 60;

export const PAIR_CASES: readonly PairCase[] = [
  start('version', '`cachetorrent --version`', COMMAND, '--version'),
  start('small', '`cachetorrent run` of small', COMMAND, 'run', configFile('small')),
  start('npm-start', '`npm start`, when all is installed', 'tools/bootstrap.mjs', 'start'),
  {
    name: 'sweep',
    what: `a sweep of ${SWEEP_RUNS} runs of medium with 50 pieces, 2 jobs`,
    run: sweep,
    figures: [{ ...seconds('wall time', 'wallMs'), goal: { ratioAtMost: 0.6 } }],
  },
  {
    name: 'original',
    what: 'medium with 100 pieces, original rules',
    isShort: true,
    run: (checkout) => simulate(checkout, 'medium', '--pieces', '100', '--rules', 'original'),
    figures: [
      { ...seconds('wall time', 'wallMs'), goal: { ratioAtMost: 0.5 } },
      seconds('CPU time', 'cpuMs'),
    ],
  },
  {
    name: 'medium',
    what: 'medium, client rules',
    run: async (checkout) => {
      const half = await simulate(checkout, 'medium', '--pieces', '500', '--workers', '1');
      const one = await simulate(checkout, 'medium', '--workers', '1');
      const two = await simulate(checkout, 'medium', '--workers', '2');
      const messageMs = (one.cpuMs - half.cpuMs) / (one.messages - half.messages);
      return {
        wallMs: two.wallMs,
        oneCpuMs: one.cpuMs,
        restMs: one.cpuMs - one.messages * messageMs,
        speedUp: one.wallMs / two.wallMs,
        peakRssBytes: two.peakRssBytes,
      };
    },
    figures: [
      { ...seconds('wall time of 2 workers', 'wallMs'), goal: { ratioAtMost: 0.8 } },
      seconds('CPU time of 1 worker', 'oneCpuMs'),
      { ...seconds('of it what is left without messages', 'restMs'), goal: { atMost: 1.3 } },
      { label: '2 workers over 1', name: 'speedUp', divisor: 1, goal: { atLeast: 1.7 } },
      memory(),
    ],
  },
  large('hundred-thousand', '100,000 peers in 200 AS, 2 workers', 1_800),
  large('million', '1,000,000 peers in 1,000 AS, 2 workers', 7_000),
];

/** The wall time of a command that takes a second or two, without anything that measures it. */
function start(name: string, what: string, script: string, ...args: string[]): PairCase {
  return {
    name,
    what,
    isShort: true,
    run: async ({ root, signal }) => ({ wallMs: await wallMsOf({ root, script, args, signal }) }),
    figures: [{ ...seconds('wall time', 'wallMs'), goal: { ratioAtMost: 0.6 } }],
  };
}

function large(name: string, what: string, memoryMb: number): PairCase {
  return {
    name,
    what,
    isLong: true,
    run: (checkout) => simulate(checkout, name, '--workers', '2', '--force'),
    figures: [
      { ...memory(), goal: { atMost: memoryMb } },
      { ...seconds('wall time', 'wallMs'), goal: { ratioAtMost: 1 } },
    ],
  };
}

function memory(): PairFigure {
  return { label: 'peak memory, MB', name: 'peakRssBytes', divisor: 1e6 };
}

function seconds(label: string, name: string): PairFigure {
  return { label: `${label}, s`, name, divisor: 1_000 };
}

interface SimulatedRun extends Figures {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssBytes: number;
  readonly messages: number;
}

/** The configuration is that of this version, so both simulate the same swarm. */
async function simulate(
  { root, signal }: Checkout,
  config: string,
  ...flags: string[]
): Promise<SimulatedRun> {
  const args = ['run', configFile(config), '--json', '--quiet', '--seed', '1', ...flags];
  const { stdout, ...usage } = await measure({ root, script: scriptIn(root), args, signal });
  const { result } = JSON.parse(stdout) as RunDocument;
  return { ...usage, messages: totalMessages(result.messages) };
}

async function sweep({ root, signal }: Checkout): Promise<Figures> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const experiment = { name: 'sixty', base: configFile('medium'), set: { pieces: 50 } };
    await writeFile(file, JSON.stringify({ ...experiment, repeat: SWEEP_RUNS }));
    const args = ['sweep', file, '--store', join(folder, 'store'), '--jobs', '2', '--quiet'];
    const { wallMs, cpuMs } = await measure({ root, script: scriptIn(root), args, signal });
    return { wallMs, cpuMs };
  });
}

/** What the starter of the command would run: the bundle, if there is one of these sources. */
function scriptIn(root: string): string {
  const isCurrent = isBundleCurrent(root);
  return isCurrent ? 'packages/runner/bundle/main.js' : CACHETORRENT;
}
