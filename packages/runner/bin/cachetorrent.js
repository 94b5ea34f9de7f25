#!/usr/bin/env node
/**
 * Starts the command on a suitable version of Node, with a compile cache: without the cache, every
 * thread would compile all that it loads again.
 *
 * In the workspace, this is the Node of the workspace. It runs the bundle of the command, if there
 * is one and no source has changed since (`tools/bundle.ts`), otherwise the TypeScript sources.
 * Installed from a registry, it is the Node that runs this file, if it is recent enough, with the
 * bundle of the package.
 *
 * This file is plain JavaScript, so that an old Node can run it and print what is required.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isBundleCurrent } from './current-bundle.js';

const CONDITION = 'cachetorrent-source';
const OLDEST_VERSION = [22, 18];
/** The signals that end a process, which the command ends with, too. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const source = join(packageFolder, 'src/main.ts');
const bundle = join(packageFolder, 'bundle/main.js');
const root = join(packageFolder, '../..');
const workspaceNode = join(root, 'node_modules/.bin/node');

// An installed package has the source, too, but only the workspace has a tsconfig.json.
if (existsSync(join(packageFolder, 'tsconfig.json'))) {
  const node = canRun(workspaceNode)
    ? workspaceNode
    : isRecentEnough()
      ? process.execPath
      : undefined;
  if (node === undefined) {
    rejectVersion('on Linux, run `npm start` once, which installs Node 24; elsewhere, install it');
  } else runInWorkspace(node);
} else if (isRecentEnough()) {
  cacheCompiled();
  await import('../bundle/main.js');
} else {
  rejectVersion('install a newer version');
}

/** Replaces this process by the command if Node can do so; otherwise waits for a child process. */
function runInWorkspace(node) {
  const list = join(packageFolder, 'bundle/inputs.json');
  const isCurrent = isBundleCurrent(root, list);
  const program = isCurrent ? [bundle] : [`--conditions=${CONDITION}`, source];
  const args = [...program, ...process.argv.slice(2)];
  const cache = join(root, 'node_modules/.cache/cachetorrent');
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], env);

  const child = spawn(node, args, { env, stdio: 'inherit' });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/**
 * The folder of the package may be read-only, and one for all users would let each of them change
 * the code of the others. The variable is for the threads, which do not inherit the setting.
 */
function cacheCompiled() {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  process.env.NODE_COMPILE_CACHE ??= join(caches, 'cachetorrent');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

/** The Node of the workspace needs glibc; on another system this Node stands in for it. */
function canRun(node) {
  if (!existsSync(node)) return false;
  if (realpathSync(node) === process.execPath) return true;
  return spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0;
}

function isRecentEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1]);
}

function rejectVersion(fix) {
  const required = OLDEST_VERSION.join('.');
  const { node } = process.versions;
  process.stderr.write(
    `cachetorrent requires Node ${required} or newer, but this is ${node}\n  fix: ${fix}\n`,
  );
  process.exitCode = 2;
}
