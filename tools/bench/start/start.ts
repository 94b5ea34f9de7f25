/** Measures whole commands, from the sources and from the bundle, in turns. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { configFile, inRepository } from '../../files.ts';
import { CACHETORRENT } from '../process.ts';
import { type Summary, summarize } from '../statistics.ts';
import { type ProcessTimes, watch } from './threads.ts';

const CONDITION = '--conditions=cachetorrent-source';
const BUNDLE = 'packages/runner/bundle/main.js';

const COMMANDS: readonly (readonly string[])[] = [
  ['--version'],
  ['run', configFile('small')],
  ['run', configFile('medium'), '--pieces', '5'],
];

const CODE = {
  sources: [CONDITION, inRepository(CACHETORRENT)],
  bundle: [inRepository(BUNDLE)],
} as const;

/** A command that was started several times, and the medians of what its threads did. */
export interface MeasuredStart {
  readonly command: string;
  readonly code: keyof typeof CODE;
  readonly wallMs: Summary;
  readonly commandThreadMs: Summary;
  readonly workerThreadMs?: Summary;
  /** CPU time of all threads, and of each kind. */
  readonly cpuMs: Readonly<Record<'all' | keyof ProcessTimes['cpuMs'], Summary>>;
}

export interface StartOptions {
  /** How many times each command is measured. */
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** @throws ProcessFailed if a command fails */
export async function measureStarts(options: StartOptions): Promise<readonly MeasuredStart[]> {
  const { rounds, signal, log } = options;
  const bundle = [CONDITION, inRepository('tools/bundle.ts')];
  await promisify(execFile)(process.execPath, bundle, { signal });
  const cases = COMMANDS.flatMap((args) =>
    (['sources', 'bundle'] as const).map((code) => ({
      args,
      code,
      times: [] as ProcessTimes[],
    })),
  );
  // The command has such a cache, too. The first round fills it, and does not count.
  const env = {
    NODE_COMPILE_CACHE: inRepository('node_modules/.cache/cachetorrent'),
    ...process.env,
  };
  for (let round = 0; round <= rounds; round++) {
    for (const { args, code, times } of cases) {
      const measured = await watch(process.execPath, [...CODE[code], ...args], { env, signal });
      if (round > 0) times.push(measured);
    }
    if (round > 0) log(`round ${round} of ${rounds}`);
  }
  return cases.map(({ args, code, times }) => ({
    command: nameOf(args),
    code,
    ...summaryOf(times),
  }));
}

function summaryOf(times: readonly ProcessTimes[]): Omit<MeasuredStart, 'command' | 'code'> {
  const of = (value: (each: ProcessTimes) => number) => summarize(times.map(value));
  const workerThreadMs = times.flatMap((each) => each.workerThreadMs ?? []);
  return {
    wallMs: of(({ wallMs }) => wallMs),
    commandThreadMs: of(({ commandThreadMs }) => commandThreadMs),
    ...(workerThreadMs.length === 0 ? {} : { workerThreadMs: summarize(workerThreadMs) }),
    cpuMs: {
      all: of(({ cpuMs: { main, command, workers, v8 } }) => main + command + workers + v8),
      main: of(({ cpuMs }) => cpuMs.main),
      command: of(({ cpuMs }) => cpuMs.command),
      workers: of(({ cpuMs }) => cpuMs.workers),
      v8: of(({ cpuMs }) => cpuMs.v8),
    },
  };
}

/** The command as in a shell at the root of the repository. */
function nameOf(args: readonly string[]): string {
  return args.map((arg) => arg.replace(inRepository(''), '')).join(' ');
}
