/** The CPU time of a run by component and by kind of message: one worker, sampled by V8. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type RunDocument, totalMessages } from '@cachetorrent/runner';

import { withTemporaryFolder } from '../../files.ts';
import { measureRun } from '../process.ts';
import { type CpuProfile, msWithin, selfMs } from './cpu-profile.ts';
import { componentOf } from './components.ts';
import { countsFor, OTHER } from './message-kinds.ts';

export interface ComponentCost {
  readonly what: string;
  /** CPU time of all threads. */
  readonly ms: number;
  readonly nsPerMessage: number;
}

/** What messages of one kind cost, or something else that is no message. */
export interface KindCost {
  readonly what: string;
  /** CPU time of all threads. */
  readonly ms: number;
  /** The number of messages; undefined if it is no kind of message. */
  readonly messages?: number;
}

export interface Profile {
  readonly messages: number;
  readonly haves: number;
  /** The number of pieces that peers have downloaded. */
  readonly pieces: number;
  /** In descending order. */
  readonly costs: readonly ComponentCost[];
  /** In descending order. */
  readonly kinds: readonly KindCost[];
}

const SAMPLE_US = 500;
const BLOCK_BYTES = 2 ** 14;

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
    const profiles = await profilesIn(folder);
    const costs = descending(sums(profiles, (each) => selfMs(each, componentOf))).map(
      ({ what, ms }) => ({ what, ms, nsPerMessage: (ms * 1e6) / count }),
    );
    const byKind = sums(profiles, (each) => msWithin(each, countsFor, OTHER));
    const kinds = descending(byKind).map(({ what, ms }) => {
      return { what, ms, ...(what in messages ? { messages: messages[what]! } : {}) };
    });
    const pieces = (messages['piece'] ?? 0) / blocksPerPiece(document.config);
    return { messages: count, haves: messages['have'] ?? 0, pieces, costs, kinds };
  });
}

/** How many messages carry a piece. */
function blocksPerPiece({ file, client }: RunDocument['config']): number {
  const { wholePieces = client.rules === 'original' } = client.quirks;
  return wholePieces ? 1 : Math.ceil(file.pieceSize / BLOCK_BYTES);
}

/** The profiles of all threads. */
async function profilesIn(folder: string): Promise<readonly CpuProfile[]> {
  const files = await readdir(folder);
  return Promise.all(
    files.map(async (file) => {
      return JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    }),
  );
}

function sums(
  profiles: readonly CpuProfile[],
  sumsOf: (profile: CpuProfile) => ReadonlyMap<string, number>,
): Map<string, number> {
  const all = new Map<string, number>();
  for (const profile of profiles) {
    for (const [what, ms] of sumsOf(profile)) all.set(what, (all.get(what) ?? 0) + ms);
  }
  return all;
}

function descending(
  costs: ReadonlyMap<string, number>,
): readonly { readonly what: string; readonly ms: number }[] {
  return [...costs]
    .map(([what, ms]) => ({ what, ms }))
    .sort((a, b) => b.ms - a.ms || (a.what < b.what ? -1 : 1));
}
