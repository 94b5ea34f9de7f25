/**
 * The file of a recording in the folder of the results. It is written as the run goes: whatever
 * ends the run, the file holds all frames that were complete until then.
 */

import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Recording } from '@cachetorrent/recording';

import { createFolders } from '../campaign/store/files.ts';
import { type Place, systemError } from '../system-error.ts';
import { RECORDING_FILE, RESULT_FILES } from './folder.ts';

/** Bytes that are read at once. */
const READ_BYTES = 2 ** 18;

/** The recording of a run while it is written. */
export class RecordingFile {
  readonly #folder: string;
  readonly #place: Place;
  #file: FileHandle | undefined;
  #isClosed = false;

  /** In this folder, which `checkResultFolder` has checked. `place` is what errors call it. */
  constructor(
    folder: string,
    place: Place = { at: `--record in ${folder}`, elsewhere: 'choose another folder with --out' },
  ) {
    this.#folder = folder;
    this.#place = place;
  }

  /**
   * Appends a part of the recording. Before the first one, removes earlier results from the folder:
   * they would be taken for those of this run.
   *
   * @throws UserError if the file system does not allow it
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return;
    await this.#try(async () => {
      this.#file ??= await this.#create();
      await this.#file.writeFile(bytes);
    });
  }

  /** Closes the file after the last part. @throws UserError if not all of it is on the disk */
  async end(): Promise<void> {
    await this.#try(async () => {
      await this.#file?.sync();
      await this.close();
    });
  }

  /** Closes the file, if it is open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#file?.close();
  }

  async #create(): Promise<FileHandle> {
    await createFolders(this.#folder);
    for (const name of RESULT_FILES) await rm(join(this.#folder, name), { force: true });
    return await open(join(this.#folder, RECORDING_FILE), 'wx');
  }

  async #try(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw systemError(error, this.#place);
    }
  }
}

/**
 * Opens the recording in a file, without reading more than its header. It may still grow.
 *
 *     for await (const { toMs, changes } of await readRecording('out/recording.ctr')) …
 *
 * @throws RecordingError if it is damaged, of another version, or no recording
 * @throws UserError if the file cannot be read
 */
export function readRecording(path: string): Promise<Recording> {
  return Recording.open(() => bytesOf(path), path);
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw systemError(error, { at: path, elsewhere: 'choose another file' });
  }
}
