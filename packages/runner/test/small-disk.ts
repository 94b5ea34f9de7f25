/** Small disks, which fill up soon, and which can be made read-only, also for root. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { inFolder } from './campaigns.ts';

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async with(bytes: number, use: (disk: SmallDisk) => Promise<void>): Promise<void> {
    await inFolder(async (parent) => {
      const folder = join(parent, 'disk');
      mkdirSync(folder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
      try {
        await use(new SmallDisk(folder));
      } finally {
        execFileSync('umount', ['--lazy', folder]);
      }
    });
  }

  /** Changes the capacity of the disk. */
  resize(bytes: number): void {
    this.#remount(`size=${bytes}`);
  }

  makeReadOnly(): void {
    this.#remount('ro');
  }

  #remount(options: string): void {
    execFileSync('mount', ['-o', `remount,${options}`, this.folder]);
  }
}

/** Whether this process may mount a disk: root may, except in some containers. */
export const HAS_SMALL_DISKS: boolean = await inFolder(async (folder) => {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (status === 0) execFileSync('umount', [folder]);
  else console.warn('\nDisks cannot be mounted: full and read-only ones are NOT tested.\n');
  return Promise.resolve(status === 0);
});
