/** A page with all that it shows inside, as one file, which needs no server. */

import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { pageOf, type ViewedRun } from '@cachetorrent/view';

import { formatBytes } from '../format.ts';
import { replaceFile } from '../replacement.ts';
import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import type { GrowingFile } from './growing-file.ts';

/** A run that is saved. */
export interface SavedRun {
  readonly name: string;
  readonly recording: GrowingFile;
  /** The path of its log, if there is one. */
  readonly log?: string;
}

/** The most bytes of recordings in a page. */
const RECORDINGS_MAX = 256_000_000;
/** The most bytes of a log in a page, compressed. */
const LOG_MAX = 8_000_000;

/**
 * Writes a page with the recordings of runs, and their logs.
 *
 * @throws UserError if they are too large, or `file` cannot be written
 */
export async function savePage(
  file: string,
  template: string,
  runs: readonly SavedRun[],
): Promise<void> {
  const at = `--out ${file}`;
  const total = runs.reduce((sum, { recording }) => sum + recording.bytes, 0);
  if (total > RECORDINGS_MAX) {
    const problem =
      `would hold recordings of ${formatBytes(total)}, ` +
      `and a page holds at most ${formatBytes(RECORDINGS_MAX)}`;
    const fix = 'show it with a server (without --out), or record a smaller swarm';
    throw new UserError({ at, problem, fix });
  }
  const files = new Map<string, Uint8Array>();
  const viewed: ViewedRun[] = [];
  for (const [i, { name, recording, log }] of runs.entries()) {
    const id = `recording-${i}`;
    files.set(id, await buffer(recording.follow()));
    const shown = { name, isLive: false, recording: { kind: 'embedded', id } } as const;
    if (log === undefined) viewed.push(shown);
    else {
      const messages = { kind: 'embedded', id: `messages-${i}` } as const;
      files.set(messages.id, await compressedLog(log));
      viewed.push({ ...shown, messages });
    }
  }
  try {
    await replaceFile(file, pageOf(template, { runs: viewed }, files));
  } catch (error) {
    throw systemError(error, { at, elsewhere: 'name another file with --out' });
  }
}

/** @throws UserError if it is too large for a page, or cannot be read */
async function compressedLog(path: string): Promise<Uint8Array> {
  const at = `--log ${path}`;
  try {
    return await pipeline(createReadStream(path), createGzip(), async (compressed) => {
      const parts: Uint8Array[] = [];
      let bytes = 0;
      for await (const part of compressed as AsyncIterable<Uint8Array>) {
        bytes += part.length;
        if (bytes > LOG_MAX) throw tooLarge(at);
        parts.push(part);
      }
      return Buffer.concat(parts);
    });
  } catch (error) {
    throw systemError(error, { at, elsewhere: 'name another log' });
  }
}

function tooLarge(at: string): UserError {
  const problem = `takes more than ${formatBytes(LOG_MAX)} compressed, the most that a page holds`;
  const fix =
    'log fewer kinds of messages (cachetorrent run --log-kinds), or show it with a server ' +
    '(without --out)';
  return new UserError({ at, problem, fix });
}
