/** Where the time of a run goes, part by part: one worker, sampled by V8 itself. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { totalMessages } from '@cachetorrent/runner';

import { measureRun } from '../measured-run.ts';
import { type CpuProfile, selfMs } from './cpu-profile.ts';
import { partOf } from './parts.ts';

export interface PartCost {
  readonly what: string;
  /** CPU time, of all threads. */
  readonly ms: number;
  readonly nsPerMessage: number;
}

export interface Profile {
  readonly messages: number;
  readonly haves: number;
  /** The greatest first. */
  readonly costs: readonly PartCost[];
}

const SAMPLE_US = 500;

/** @throws ProcessFailed where the run does */
export async function profileRun(args: readonly string[], signal: AbortSignal): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-profile-'));
  try {
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
    const greatestFirst = costs.sort((a, b) => b.ms - a.ms || (a.what < b.what ? -1 : 1));
    return { messages: count, haves: messages['have'] ?? 0, costs: greatestFirst };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Over the profiles of all threads. */
async function sumsIn(folder: string): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    for (const [what, ms] of selfMs(profile, partOf)) sums.set(what, (sums.get(what) ?? 0) + ms);
  }
  return sums;
}
