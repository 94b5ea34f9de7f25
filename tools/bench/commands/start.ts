/** `bench start`: where the time of a start goes. */

import { existsSync } from 'node:fs';

import { UserError } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { type MeasuredStart, measureStarts } from '../start/start.ts';
import type { Summary } from '../statistics.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly runs: number;
}

export function addStart(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('start'))
    .description('Measures whole commands: when their threads start, and what each costs.')
    .option('--runs <n>', 'number of rounds, each with all that is compared', count, 9)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  if (!existsSync('/proc/self/task')) {
    const problem = 'needs a system that shows the threads of a process in /proc';
    throw new UserError({ at: 'bench start', problem, fix: 'run it on Linux' });
  }
  const { log, signal } = environment;
  const starts = await measureStarts({ rounds: flags.runs, log, signal });
  await deliver('start', { table: startTable(starts), document: { starts } }, flags, environment);
}

const TITLES = [
  'command',
  'code',
  'command thread starts',
  'worker starts',
  'end',
  'CPU, all threads',
  'main',
  'command',
  'workers',
  'V8',
];

function startTable(starts: readonly MeasuredStart[]): string {
  const ms = (summary: Summary | undefined) =>
    summary === undefined ? '' : String(Math.round(summary.median));
  const rows = starts.map(({ command, code, wallMs, cpuMs, commandThreadMs, workerThreadMs }) => [
    `\`${command}\``,
    code,
    ...[commandThreadMs, workerThreadMs, wallMs].map(ms),
    ...[cpuMs.all, cpuMs.main, cpuMs.command, cpuMs.workers, cpuMs.v8].map(ms),
  ]);
  return table(TITLES, rows, 'llrrrrrrrr');
}
