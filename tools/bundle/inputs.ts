/**
 * The files that a bundle was made from, with the size and the time of the last change of each. As
 * long as they are what they were, the command of a clone runs the bundle, otherwise the sources
 * (`packages/runner/bin/workspace-command.js`).
 */

import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file relative to the root of the workspace, its size in bytes, and when it was changed. */
export type Input = readonly [path: string, bytes: number, modifiedMs: number];

/**
 * The inputs of a bundle of `modules` that was begun at `startMs`. The lockfile stands for those of
 * libraries. A file that has changed since may have been read before, so its bundle is not current.
 */
export function inputsOf(
  root: string,
  modules: readonly string[],
  startMs: number,
): readonly Input[] {
  const own = modules.filter((id) => id.startsWith(root) && !id.includes('node_modules'));
  const manifests = readdirSync(join(root, 'packages')).map((name) =>
    join(root, 'packages', name, 'package.json'),
  );
  const bundler = ['bundle.ts', 'bundle/chunks.ts', 'bundle/libraries.ts', 'bundle/page.ts'];
  const others = ['pnpm-lock.yaml', ...bundler.map((name) => `tools/${name}`)];
  const files = new Set([...own, ...manifests, ...others.map((path) => join(root, path))]);
  return [...files].sort().map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [relative(root, file), size, mtimeMs < startMs ? mtimeMs : NaN];
  });
}
