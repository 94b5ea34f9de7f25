/** What a command loads: only the code that it needs, so that it starts fast. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'packages/runner/src/main.ts');
const RECORDER = new URL('loading/record-loaded.mjs', import.meta.url);
const SMALL = join(ROOT, 'examples/configs/small.json');

const THE_SIMULATOR = /packages\/(simulator|tracker|protocol)\//;
const CONFIGURATIONS = /node_modules\/(zod|yaml|jsonc-parser)\//;
const COMMANDS = /packages\/runner\/src\/commands\/(?!add-|run-)/;
const OTHER_COMMANDS = /packages\/runner\/src\/commands\/(?!add-|run|plan)/;
const THE_CLIENT = /packages\/client\/src\/(?!commands\/(index|add-commands)\.ts|errors\.ts)/;
const CAMPAIGNS =
  /packages\/runner\/src\/campaign\/(?!engines\/(engine|redis-url)\.ts|store\/files\.ts)/;
const REPORTS = /packages\/runner\/src\/report\/|node_modules\/(@observablehq|linkedom|d3-sankey)/;

test.each([
  {
    args: ['--version'],
    without: [THE_SIMULATOR, CONFIGURATIONS, COMMANDS, THE_CLIENT, CAMPAIGNS, REPORTS],
  },
  {
    args: ['--help'],
    without: [THE_SIMULATOR, CONFIGURATIONS, COMMANDS, THE_CLIENT, CAMPAIGNS, REPORTS],
  },
  { args: ['run', SMALL, '--plan'], without: [OTHER_COMMANDS, THE_CLIENT, CAMPAIGNS, REPORTS] },
])('$args.0 loads no module that it does not need', ({ args, without }) => {
  const loaded = loadedBy(args);
  expect(loaded.filter((url) => url.endsWith('/packages/runner/src/cli.ts'))).toHaveLength(1);
  for (const modules of without) {
    expect(loaded.filter((url) => modules.test(url))).toEqual([]);
  }
});

/** The addresses of the modules that the threads of the command load. */
function loadedBy(args: readonly string[]): readonly string[] {
  const list = join(mkdtempSync(join(tmpdir(), 'loaded-')), 'modules');
  execFileSync(
    process.execPath,
    ['--conditions=cachetorrent-source', '--import', RECORDER.href, MAIN, ...args],
    { env: { ...process.env, LOADED_MODULES: list } },
  );
  const lines = readFileSync(list, 'utf8').trim().split('\n');
  return lines.map((line) => line.slice(line.indexOf(' ') + 1));
}
