/** The version of CacheTorrent, which every result records. */

import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

/** The version of this package. All packages have the same. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version;
