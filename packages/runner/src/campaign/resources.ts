/**
 * Compares what runs need with what the machine has: a run that would exceed the memory is refused
 * before any run starts, as the operating system would kill the whole process without a word.
 */

import { formatBytes, pluralize } from '../format.ts';
import type { Machine } from '../machine.ts';
import { UserError } from '../user-error.ts';
import { runMemoryBytes } from './estimate.ts';
import { formatParameters, type PlannedRun, type Setting } from './experiment/plan.ts';

/** @throws UserError if any of `runs` is expected to exceed the memory; `at` is the experiment */
export function checkRunsFit(
  at: string,
  runs: readonly PlannedRun[],
  { memoryBytes }: Machine,
): void {
  const bytesOf = new Map<Setting, number>();
  for (const { setting } of runs) {
    if (!bytesOf.has(setting)) bytesOf.set(setting, runMemoryBytes(setting.swarm));
  }
  const tooLarge = runs.filter(({ setting }) => bytesOf.get(setting)! > memoryBytes);
  if (tooLarge.length === 0) return;

  const [largest, bytes] = [...bytesOf].reduce((most, each) => (each[1] > most[1] ? each : most));
  const parameters = formatParameters(largest.parameters);
  const all = `${pluralize(tooLarge.length, 'run')} of ${runs.length}`;
  const needs = `${tooLarge.length === 1 ? 'needs' : 'need'} up to ${formatBytes(bytes)} of memory`;
  throw new UserError({
    at,
    problem:
      `${all} ${needs}${parameters === '' ? '' : ` (${parameters})`}, ` +
      `but ${formatBytes(memoryBytes)} are available`,
    fix:
      'use fewer peers or neighbours (cachetorrent run --plan shows what needs memory), ' +
      'or add --force',
  });
}

/** The warning about more jobs than cores, as a line; empty if there is none. */
export function jobsWarning(jobs: number | undefined, { cores }: Machine): string {
  if (jobs === undefined || jobs <= cores) return '';
  const available = cores === 1 ? '1 core is' : `${cores} cores are`;
  return `warning: --jobs is ${jobs}, but ${available} available: all runs take longer\n`;
}

/** How many of the runs fit into the memory together, the largest first, and what they need. */
export function concurrentRuns(
  runs: readonly PlannedRun[],
  jobs: number,
  { memoryBytes }: Machine,
): { readonly count: number; readonly bytes: number } {
  const needed = runs.map(({ setting }) => runMemoryBytes(setting.swarm)).sort((a, b) => b - a);
  let bytes = 0;
  let count = 0;
  while (count < Math.min(jobs, needed.length)) {
    if (count > 0 && bytes + needed[count]! > memoryBytes) break;
    bytes += needed[count++]!;
  }
  return { count, bytes };
}
