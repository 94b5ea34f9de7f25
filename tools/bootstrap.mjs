/**
 * `npm start` and `npm test` in a fresh clone: installs the workspace with a pinned pnpm, unless
 * that has been done, then runs the task with the workspace's own Node. `npm start` also bundles
 * the command, unless no source has changed, so that it starts faster from then on.
 *
 * Older versions of Node must be able to run this file, so it is plain JavaScript.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { workspaceCommand } from '../packages/runner/bin/workspace-command.js';
import { isInstalled, markChanging, markInstalled } from './installation.mjs';

const PNPM = 'pnpm@12.21.0';
/** The oldest Node that runs TypeScript without a flag. */
const OLDEST_VERSION = [22, 18];
const EXAMPLE = ['run', 'examples/configs/latency.json', '--pieces', '200', '--leaders', '30'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

if (!isInstalled(root, PNPM)) install();
if (task === 'test') {
  run(node(), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest]);
} else {
  const { args, env } = bundledCommand();
  run(node(), [...args, ...(rest.length > 0 ? rest : EXAMPLE)], env);
}

/** Prints the output of the installation only if it fails. */
function install() {
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const args = ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const installed = existsSync(join(root, 'node_modules/.pnpm'));
  if (!installed) process.stderr.write('Installing the workspace (once) ...\n');
  markChanging(root);
  const { status, error, stdout, stderr } = spawnSync(npx, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32',
  });
  if (status === 0) return markInstalled(root, PNPM);
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.stderr.write(
    `Cannot install the workspace with ${PNPM}; see above. Is there a network?\n`,
  );
  process.exit(status ?? 1);
}

/** Bundles the command, if need be. If that fails, the command runs the sources. */
function bundledCommand() {
  const command = workspaceCommand(root);
  if (command.isBundle) return command;
  const args = ['--conditions=cachetorrent-source', 'tools/bundle.ts'];
  spawnSync(node(), args, { cwd: root, stdio: 'ignore' });
  return workspaceCommand(root);
}

/**
 * Returns the workspace's own Node if there is one that runs here (Linux with glibc, on x64 and
 * arm64), or else this one if it is recent enough.
 */
function node() {
  const own = join(root, 'node_modules/.bin/node');
  if (existsSync(own)) {
    if (spawnSync(own, ['--version'], { stdio: 'ignore' }).status === 0) return own;
    // npm looks for programs there first, so that no script would run.
    rmSync(own);
    process.stderr.write('The workspace has a Node that cannot run here: it needs glibc\n');
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_VERSION;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return process.execPath;
  }
  process.stderr.write(
    `The workspace has no Node for ${process.platform} on ${process.arch}, and this Node is ` +
      `${process.versions.node}\n  fix: install Node 24, and run the command again\n`,
  );
  process.exit(2);
}

/** Passes signals on to the command, and ends with its exit code. */
function run(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`Cannot start ${command}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
