/** A recording that exists: found by what the user has named, and checked to its end. */

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { Recording, RecordingError } from '@cachetorrent/recording';

import { RECORDING_FILE } from '../results/folder.ts';
import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';
import { GrowingFile } from './growing-file.ts';

/** A recording that can be shown. */
export interface RecordedRun {
  /** What the page calls it. */
  readonly name: string;
  /** The recording, as it was when it was opened. */
  readonly file: GrowingFile;
  /** The AS of each node. */
  readonly asOf: readonly number[];
  /** Until when it was recorded, in ms of simulated time, if that is before the end of the run. */
  readonly cutAtMs?: number;
}

/**
 * The recording in a folder of results, or in a file, and its name: that of the folder, or of the
 * file without its extension.
 *
 * @throws UserError if there is none
 */
export async function findRecording(path: string): Promise<{ path: string; name: string }> {
  const found = await kindOf(path);
  if (found === 'file') return { path, name: nameOf(path) };
  if (found === undefined) {
    const fix =
      'name a folder that `cachetorrent run --out FOLDER --record` has written, or a recording; ' +
      'for a run of a store, add --store FOLDER';
    throw new UserError({ at: path, problem: 'does not exist', fix });
  }
  const inside = join(path, RECORDING_FILE);
  if (found === 'folder' && (await kindOf(inside)) === 'file') {
    return { path: inside, name: nameOf(inside) };
  }
  const isStore = (await kindOf(join(path, 'store.json'))) === 'file';
  const problem = found === 'folder' ? `has no ${RECORDING_FILE}` : 'is no file';
  const fix = isStore
    ? `it is a store: name one of its runs, and --store ${path}`
    : 'record the run: cachetorrent run CONFIG --out FOLDER --record';
  throw new UserError({ at: path, problem, fix });
}

/**
 * Opens the recording at `path`, and reads it once.
 *
 * @throws UserError if it cannot be read, is no recording, of another version, or damaged
 */
export async function openRecordedRun(
  path: string,
  name: string,
  signal?: AbortSignal,
): Promise<RecordedRun> {
  const file = await GrowingFile.open(path);
  try {
    const recording = await Recording.open(() => file.follow(0, signal), path);
    let untilMs = 0;
    for await (const { toMs } of recording.frames()) untilMs = toMs;
    const asOf = recording.header.peers.as;
    const isComplete = recording.isComplete === true;
    return { name, file, asOf, ...(isComplete ? {} : { cutAtMs: untilMs }) };
  } catch (error) {
    await file.close();
    throw recordingError(error);
  }
}

/** An error of a recording as one that the user can correct; others unchanged. */
function recordingError(error: unknown): unknown {
  if (!(error instanceof RecordingError)) return error;
  const { name, byte, problem, fix } = error.details;
  return new UserError({ at: `${name}, byte ${byte}`, problem, fix });
}

/** Names for runs, such that two differ: as long as needed. `paths` are where they are. */
export function differentNames(
  names: readonly string[],
  paths: readonly string[],
): readonly string[] {
  if (new Set(names).size === names.length) return names;
  if (new Set(paths).size === paths.length) return paths;
  return names.map((name, i) => (i === 0 ? name : `${name} (${i + 1})`));
}

function nameOf(path: string): string {
  const full = resolve(path);
  if (basename(full) === RECORDING_FILE) return basename(dirname(full));
  return basename(full).replace(/\.ctr$/, '');
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const found = await stat(path);
    if (found.isFile()) return 'file';
    return found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw systemError(error, { at: path, elsewhere: 'name another recording' });
  }
}
