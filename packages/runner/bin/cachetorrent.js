#!/usr/bin/env node
/**
 * Starts the command on a Node that can run it.
 *
 * In the workspace that is the workspace's own Node, the source as it is, and a cache of what was
 * compiled, without which each worker thread would compile it anew. Installed from a registry it
 * is the Node that runs this file, if it is new enough.
 *
 * Plain JavaScript that an old Node understands, so that it can say what it lacks.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONDITION = 'cachetorrent-source';
const OLDEST = [22, 18];

const home = fileURLToPath(new URL('..', import.meta.url));
const source = join(home, 'src/main.ts');
const root = join(home, '../..');
const ownNode = join(root, 'node_modules/.bin/node');

// The source is in the package, too; only the workspace has what it takes to run it.
if (existsSync(join(home, 'tsconfig.json'))) {
  const node = existsSync(ownNode) ? ownNode : newEnough() ? process.execPath : undefined;
  if (node === undefined) tooOld('run `npm test` once, which installs one');
  else fromSource(node);
} else if (newEnough()) {
  await import('../dist/main.js');
} else {
  tooOld('install a newer one');
}

/** This process becomes the command where Node can do that; otherwise it waits for it. */
function fromSource(node) {
  const args = [`--conditions=${CONDITION}`, source, ...process.argv.slice(2)];
  const cache = join(root, 'node_modules/.cache/cachetorrent');
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], env);

  const child = spawn(node, args, { env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function newEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function tooOld(remedy) {
  const needed = OLDEST.join('.');
  process.stderr.write(
    `cachetorrent needs Node ${needed} or newer, and this is ${process.versions.node}: ${remedy}\n`,
  );
  process.exitCode = 2;
}
