/**
 * Finished runs on disk, one file each, so that whoever starts again runs only what is missing.
 *
 *     <folder>/<fingerprint>/<key>.json
 *
 * A file is written aside and renamed, so that it is whole or not there. The key hashes swarm
 * and seed; the fingerprint stands for what the simulator makes of them (`fingerprint.ts`).
 */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunDocument } from '@cachetorrent/runner';
import type { Swarm } from '@cachetorrent/simulator';

import { runKey, swarmDigest } from '../../packages/runner/src/campaign/experiment/key.ts';

export class RunStore {
  readonly #folder: string;

  constructor(folder: string, fingerprint: string) {
    this.#folder = join(folder, fingerprint);
  }

  /** Undefined where the run is not there. */
  async read(swarm: Swarm, seed: number): Promise<RunDocument | undefined> {
    let text: string;
    try {
      text = await readFile(this.#fileOf(swarm, seed), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return JSON.parse(text) as RunDocument;
  }

  async write(swarm: Swarm, seed: number, document: RunDocument): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = this.#fileOf(swarm, seed);
    const aside = `${file}.${process.pid}.part`;
    await writeFile(aside, `${JSON.stringify(document, null, 2)}\n`);
    await rename(aside, file);
  }

  #fileOf(swarm: Swarm, seed: number): string {
    return join(this.#folder, `${runKey(swarmDigest(swarm), seed)}.json`);
  }
}
