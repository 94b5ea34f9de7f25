/** The CPU time of a run by component: one worker, sampled by V8. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { totalMessages } from '@cachetorrent/runner';

import { withTemporaryFolder } from '../../files.ts';
import { measureRun } from '../process.ts';
import { type CpuProfile, selfMs } from './cpu-profile.ts';
import { componentOf } from './components.ts';

export interface ComponentCost {
  readonly what: string;
  /** CPU time of all threads. */
  readonly ms: number;
  readonly nsPerMessage: number;
}

export interface Profile {
  readonly messages: number;
  readonly haves: number;
  /** In descending order. */
  readonly costs: readonly ComponentCost[];
}

const SAMPLE_US = 500;

/** @throws ProcessFailed if the run fails */
export async function profileRun(args: readonly string[], signal: AbortSignal): Promise<Profile> {
  return withTemporaryFolder(async (folder) => {
    const { document } = await measureRun({
      args: [...args, '--workers', '1'],
      node: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${SAMPLE_US}`],
      signal,
    });
    const { messages } = document.result;
    const count = totalMessages(messages);
    const costs = [...(await sumsIn(folder))].map(([what, ms]) => {
      return { what, ms, nsPerMessage: (ms * 1e6) / count };
    });
    const descending = costs.sort((a, b) => b.ms - a.ms || (a.what < b.what ? -1 : 1));
    return { messages: count, haves: messages['have'] ?? 0, costs: descending };
  });
}

/** Sums up the profiles of all threads. */
async function sumsIn(folder: string): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    for (const [what, ms] of selfMs(profile, componentOf))
      sums.set(what, (sums.get(what) ?? 0) + ms);
  }
  return sums;
}
