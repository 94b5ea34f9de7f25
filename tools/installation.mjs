/**
 * Whether the workspace is installed as its manifests and its lockfile say, so that `npm start`
 * need not ask pnpm, which takes a second.
 *
 * After an installation, `node_modules` keeps a hash of all that determined it, and of what pnpm
 * noted about it. Another lockfile or manifest, an installation by other means, and one that was
 * not finished all lead to another hash, or to none.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MARK = 'node_modules/.cache/installed';
/** Written by pnpm at the end of each installation. */
const NOTES_OF_PNPM = ['node_modules/.modules.yaml', 'node_modules/.pnpm/lock.yaml'];

/** Whether `pnpm` has installed the workspace at `root`, and nothing has changed since. */
export function isInstalled(root, pnpm) {
  const mark = join(root, MARK);
  if (!existsSync(mark)) return false;
  return readFileSync(mark, 'utf8') === stateOf(root, pnpm);
}

/** Forgets an installation, before another is begun. */
export function markChanging(root) {
  rmSync(join(root, MARK), { force: true });
}

/** Records that `pnpm` has installed the workspace at `root`. */
export function markInstalled(root, pnpm) {
  const mark = join(root, MARK);
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, stateOf(root, pnpm));
}

function stateOf(root, pnpm) {
  const hash = createHash('sha256').update(`${pnpm} ${process.platform} ${process.arch}`);
  for (const file of [...inputs(root), ...NOTES_OF_PNPM]) {
    const path = join(root, file);
    hash.update(`\n${file}\n`).update(existsSync(path) ? readFileSync(path) : 'is missing');
  }
  return hash.digest('hex');
}

/** The lockfile, and what it was made from. */
function inputs(root) {
  const folders = ['.', 'packages'].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map((entry) => join(parent, entry.name, 'package.json')),
  );
  const manifests = folders.filter((path) => existsSync(join(root, path))).sort();
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests];
}
