/** Which version of CacheTorrent this is: a result always says what made it. */

import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

/** That of this package, which all packages share. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version;
