/** Which libraries the bundle contains, and which it loads from `node_modules`. */

import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

/**
 * The libraries that `cachetorrent run` loads, but for those without a file with their licence. The
 * bundle contains them: they are small and plain JavaScript, and it uses a part of their modules.
 */
const CONTAINED: readonly string[] = [
  '@noble/hashes',
  'comlink',
  'commander',
  'csv-parse',
  'd3-random',
  'fastest-levenshtein',
  'flatqueue',
  'jsonc-parser',
  'seedrandom',
  'seek-bzip',
  'yaml',
  'zod',
];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * Whether a module is left out of the bundle of the package in `folder`.
 *
 * @throws if the package would not find it when it is installed
 */
export function isExternal(folder: string): (id: string) => boolean {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies };
  return (id) => {
    const library = libraryIn(id);
    if (library === undefined || CONTAINED.includes(library)) return false;
    if (Object.hasOwn(installed, library)) return true;
    throw new Error(`${library} is neither in the bundle nor a dependency of ${folder}`);
  };
}

/** The library that an import names; none for a file, a module of Node or a package of our own. */
function libraryIn(id: string): string | undefined {
  if (isBuiltin(id) || /^[./\0]|^[a-z]:\\|^@cachetorrent\//i.test(id)) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(id)![0];
}
