/**
 * The files that a bundle was made from, with the size and the time of the last change of each. As
 * long as they are what they were, the command of a clone runs the bundle, otherwise the sources
 * (`packages/runner/bin/workspace-command.js`).
 */

import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file relative to the root of the workspace, its size in bytes, and when it was changed. */
export type Input = readonly [path: string, bytes: number, modifiedMs: number];

/** The inputs of a bundle of `modules`. The lockfile stands for those of libraries. */
export function inputsOf(root: string, modules: readonly string[]): readonly Input[] {
  const own = modules.filter((id) => id.startsWith(root) && !id.includes('node_modules'));
  const manifests = readdirSync(join(root, 'packages')).map((name) =>
    join(root, 'packages', name, 'package.json'),
  );
  const others = ['pnpm-lock.yaml', 'tools/bundle.ts', 'tools/bundle/libraries.ts'];
  const files = new Set([...own, ...manifests, ...others.map((path) => join(root, path))]);
  return [...files].sort().map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [relative(root, file), size, mtimeMs];
  });
}
