/** The machine and the versions that a measurement was made with. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

import { UserError } from '@cachetorrent/runner';

import { inRepository } from '../files.ts';

/** Times can be compared only if all of these are equal. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

export interface Versions {
  readonly cachetorrent: string;
  /** Null if the source is not under version control; `+changes` if it has uncommitted ones. */
  readonly commit: string | null;
}

export function versions(): Versions {
  const manifest = readFileSync(inRepository('packages/runner/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { cachetorrent: version, commit: commit() };
}

/** Returns a warning if other processes use the machine; undefined if it is idle. */
export function loadWarning(): string | undefined {
  const load = loadavg()[0]!;
  if (load < availableParallelism() / 4) return undefined;
  return `the machine is busy: ${load.toFixed(1)} processes on ${availableParallelism()} cores`;
}

export function describeMachine({ processor, cores, memoryBytes, system, node }: Machine): string {
  const gib = Math.round(memoryBytes / 2 ** 30);
  return `${processor}, ${cores} cores, ${gib} GiB, ${system}, Node ${node}`;
}

/** @throws UserError if `wanted`, the value of an option, is less than `least` or too large */
export function checkCoreCount(option: string, wanted: number, least = 1): void {
  const { cores } = thisMachine();
  if (wanted >= least && wanted <= cores) return;
  const range = least === cores ? `to ${cores}` : `from ${least} to ${cores}`;
  throw new UserError({
    at: option,
    problem: `is ${wanted}, but this machine has ${cores} cores`,
    fix: cores < least ? `use a machine with ${least} or more` : `set it ${range}`,
  });
}

function commit(): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: inRepository('.'), stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+changes';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
  } catch {
    return null;
  }
}
