/** The command of a clone: it runs the bundle, or the sources if they have changed since. */

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../packages/runner/bin/', import.meta.url));
const RUNNER = 'packages/runner';
const SOURCES = ['packages/std/src/index.ts', `${RUNNER}/src/main.ts`];

/** A clone whose command prints what runs. */
let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  write(`${RUNNER}/package.json`, '{ "type": "module" }');
  write(`${RUNNER}/tsconfig.json`, '{}');
  write(`${RUNNER}/src/main.ts`, "console.log('sources');");
  write('packages/std/src/index.ts', '');
  write(`${RUNNER}/bundle/main.js`, "console.log('bundle');");
  write('node_modules/.bin/.keep', '');
  symlinkSync(process.execPath, join(clone, 'node_modules/.bin/node'));
  mkdirSync(join(clone, RUNNER, 'bin'));
  for (const file of ['cachetorrent.js', 'workspace-command.js']) {
    copyFileSync(join(BIN, file), join(clone, RUNNER, 'bin', file));
  }
  const inputs = SOURCES.map((path) => {
    const { size, mtimeMs } = statSync(join(clone, path));
    return [path, size, mtimeMs];
  });
  write(`${RUNNER}/bundle/inputs.json`, JSON.stringify(inputs));
});

test.each([
  { after: 'nothing has changed', act: () => {}, runs: 'bundle' },
  { after: 'a source has grown', act: () => write(SOURCES[0]!, '//'), runs: 'sources' },
  { after: 'a source was written again', act: () => touch(SOURCES[0]!), runs: 'sources' },
  { after: 'a source is gone', act: () => rmSync(join(clone, SOURCES[0]!)), runs: 'sources' },
  { after: 'the bundle is gone', act: () => remove(`${RUNNER}/bundle`), runs: 'sources' },
  {
    after: 'the list of sources was cut off',
    act: () => write(`${RUNNER}/bundle/inputs.json`, '[["pack'),
    runs: 'sources',
  },
])('after $after, the command runs the $runs', ({ act, runs }) => {
  act();
  const command = join(clone, RUNNER, 'bin/cachetorrent.js');
  expect(execFileSync(process.execPath, [command], { encoding: 'utf8' })).toBe(`${runs}\n`);
});

function write(path: string, text: string): void {
  const file = join(clone, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function touch(path: string): void {
  utimesSync(join(clone, path), 1, 1);
}

function remove(path: string): void {
  rmSync(join(clone, path), { recursive: true });
}
