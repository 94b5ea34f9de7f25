/** A folder for a recording that nobody has asked to keep. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RECORDING_FILE } from '../results/folder.ts';
import { RecordingFile } from '../results/recording-file.ts';
import { type Place, systemError } from '../system-error.ts';

export interface TemporaryRecording {
  /** The folder, for which its owner answers. */
  readonly folder: string;
  readonly path: string;
  readonly file: RecordingFile;
}

/**
 * Creates a folder for a recording, in that of the system for temporary files. `kept` is how to
 * keep the recording elsewhere, for messages.
 *
 * @throws UserError if the file system does not allow it
 */
export async function createTemporaryRecording(kept: string): Promise<TemporaryRecording> {
  const elsewhere = `name another folder for temporary files in TMPDIR${kept}`;
  try {
    const folder = await mkdtemp(join(tmpdir(), 'cachetorrent-view-'));
    const place: Place = { at: `temporary recording in ${folder}`, elsewhere };
    const path = join(folder, RECORDING_FILE);
    return { folder, path, file: new RecordingFile(folder, place) };
  } catch (error) {
    throw systemError(error, { at: `temporary folder in ${tmpdir()}`, elsewhere });
  }
}
