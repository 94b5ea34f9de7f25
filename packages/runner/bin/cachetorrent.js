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
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { workspaceCommand } from './workspace-command.js';

const OLDEST_VERSION = [22, 18];
/** The signals that end a process, which the command ends with, too. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
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
  const { args: program, env } = workspaceCommand(root);
  const args = [...program, ...process.argv.slice(2)];
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
 * Keeps compiled code in the user's cache folder: that of the package may be read-only, and in one
 * for all users each of them could change the code of the others. The variable is for the threads,
 * which do not inherit the setting.
 */
function cacheCompiled() {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const caches = XDG_CACHE_HOME || LOCALAPPDATA || (HOME && join(HOME, '.cache'));
  if (!caches) return;
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
