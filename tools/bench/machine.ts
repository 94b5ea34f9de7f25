/** What a measurement was taken on: without it, a time says nothing. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

import { UserError } from '@cachetorrent/runner';

import { inRepository } from '../runs/configs.ts';

/** Equal on two occasions only if times may be compared. */
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

/** Of CacheTorrent, and of the source where that is under version control. */
export interface Versions {
  readonly cachetorrent: string;
  readonly commit: string | null;
}

export function versions(): Versions {
  const manifest = readFileSync(inRepository('packages/runner/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { cachetorrent: version, commit: commit() };
}

/** The state of the machine before a measurement: who else is at work blurs it. */
export function busyElsewhere(): string | undefined {
  const load = loadavg()[0]!;
  if (load < availableParallelism() / 4) return undefined;
  return `the machine is busy: ${load.toFixed(1)} processes on ${availableParallelism()} cores`;
}

export function describe({ processor, cores, memoryBytes, system, node }: Machine): string {
  const gib = Math.round(memoryBytes / 2 ** 30);
  return `${processor}, ${cores} cores, ${gib} GiB, ${system}, Node ${node}`;
}

/** @throws UserError where `wanted` cores, the value of an option, are not from `least` to all */
export function checkCoreCount(option: string, wanted: number, least = 1): void {
  const { cores } = thisMachine();
  if (wanted >= least && wanted <= cores) return;
  const range = least === cores ? `to ${cores}` : `from ${least} to ${cores}`;
  throw new UserError({
    at: option,
    problem: `is ${wanted}, and here are ${cores} cores`,
    fix: cores < least ? `measure on a machine with ${least} or more` : `set it ${range}`,
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
