/**
 * `npm start` and `npm test` on a bare machine: installs the workspace with a pinned pnpm, then
 * goes on with the Node that the workspace brings along.
 *
 * The only file that a Node older than ours has to understand, so it is plain JavaScript.
 */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const EXAMPLE = ['run', 'examples/configs/latency.json', '--pieces', '200', '--leaders', '30'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

install();
if (task === 'test') {
  run(node(), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest]);
} else {
  run(node(), ['packages/runner/bin/cachetorrent.js', ...(rest.length > 0 ? rest : EXAMPLE)]);
}

/** Quiet unless it fails: what was asked for is the task, not the installation. */
function install() {
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const args = ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const installed = existsSync(join(root, 'node_modules/.pnpm'));
  if (!installed) process.stderr.write('Installing the workspace (once) ...\n');
  const { status, error, stdout, stderr } = spawnSync(npx, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.stderr.write(`Could not install with ${PNPM}. Is there a network? See above.\n`);
  process.exit(status ?? 1);
}

/** The workspace's own Node where the platform has one, else the one that runs this. */
function node() {
  const own = join(root, 'node_modules/.bin/node');
  return existsSync(own) ? own : process.execPath;
}

/** Hands on signals, and how the command ended. Ctrl-C ends it at its own discretion. */
function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${command}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
