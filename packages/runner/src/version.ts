/**
 * The package itself: the version of CacheTorrent, which every result records, and its command.
 * The sources, the build and the bundle are each in a folder of the package; this file is in there.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly version: string;
}

/** The version of this package. All packages have the same. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version;

/** The file that starts the command. */
export const COMMAND_FILE: string = fileURLToPath(
  new URL('../bin/cachetorrent.js', import.meta.url),
);
