/**
 * The command of a workspace: its bundle, if it was made from the sources as they are, otherwise
 * the sources. `tools/bundle.ts` lists them with the size and the time of the last change of each.
 *
 * This file is plain JavaScript, so that an old Node can run it.
 */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CONDITION = 'cachetorrent-source';
const RUNNER = 'packages/runner';

/** What the Node of the workspace at `root` has to run, and in which environment. */
export function workspaceCommand(root) {
  const isBundle = isBundleCurrent(root);
  const cache = join(root, 'node_modules/.cache/cachetorrent');
  return {
    isBundle,
    args: isBundle
      ? [join(root, RUNNER, 'bundle/main.js')]
      : [`--conditions=${CONDITION}`, join(root, RUNNER, 'src/main.ts')],
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  };
}

/** Whether there is a bundle, and no source has changed since. */
export function isBundleCurrent(root) {
  let inputs;
  try {
    inputs = JSON.parse(readFileSync(join(root, RUNNER, 'bundle/inputs.json'), 'utf8'));
  } catch {
    return false;
  }
  return inputs.every(([path, bytes, modifiedMs]) => {
    const file = statSync(join(root, path), { throwIfNoEntry: false });
    return file !== undefined && file.size === bytes && file.mtimeMs === modifiedMs;
  });
}
