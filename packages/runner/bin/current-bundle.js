/**
 * Whether the bundle of the command was made from the sources as they are. `tools/bundle.ts` lists
 * them with the size and the time of the last change of each.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the files in `list` are what they were; those in it are relative to `root`. */
export function isBundleCurrent(root, list) {
  let inputs;
  try {
    inputs = JSON.parse(readFileSync(list, 'utf8'));
  } catch {
    return false;
  }
  return inputs.every(([path, bytes, modifiedMs]) => {
    const file = statSync(join(root, path), { throwIfNoEntry: false });
    return file !== undefined && file.size === bytes && file.mtimeMs === modifiedMs;
  });
}
