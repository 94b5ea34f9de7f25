/**
 * The packages work outside the workspace: they are packed as for publishing and installed in an
 * empty folder, where the program of each README is type-checked and run.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  runToEnd,
  filesIn,
  install,
  pack,
  packedManifest,
  programsOf,
  ROOT,
  typesOf,
} from './publishing/packed.ts';

const PACKAGES = [
  {
    name: 'std',
    prints: /^rolled [1-6], then waited [\d.]+ ms\ntrue\nname\\u\{1b\}\[2J\n$/,
  },
  { name: 'protocol', prints: /^true 8\nhello\n$/ },
  { name: 'tracker', prints: /^true\n\[ 99, 95 \]\n\[ 95, 91 \]\n$/ },
  { name: 'recording', prints: /^\d+ true\n60 true (true|false)\ntrue true\n$/ },
  { name: 'view', prints: /^true\n$/ },
  {
    name: 'simulator',
    prints:
      /^half of the peers complete within [\d.]+ s\nredundancy: [\d.]+ downloads of a piece into an AS\n[0-9a-f]{64}\n$/,
  },
  { name: 'client', prints: /^Hello from elsewhere 20\n$/ },
  { name: 'runner', prints: /^10 [\d.]+ [\d.]+\n30 [\d.]+ [\d.]+\n50 [\d.]+ [\d.]+\n$/ },
];

const PUBLINT = fileURLToPath(new URL('cli.js', import.meta.resolve('publint')));

let archives: ReadonlyMap<string, string> | undefined;
let consumer = '';
beforeAll(() => {
  archives = pack(PACKAGES.map(({ name }) => name));
  consumer = install(archives);
  for (const { name } of PACKAGES) {
    programsOf(consumer, name).forEach((program, n) =>
      writeFileSync(join(consumer, `${name}-${n}.ts`), program),
    );
  }
}, 300_000);
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true });
  for (const archive of archives?.values() ?? [])
    rmSync(dirname(archive), { recursive: true, force: true });
});

describe.each(PACKAGES)('$name', ({ name, prints }) => {
  test('has the files that a package needs, and no others', () => {
    const files = filesIn(archives!.get(name)!);
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/index.js',
        'dist/index.d.ts',
      ]),
    );
    expect(
      files.filter((path) => /\.test\.|(^|\/)test\/|tsbuildinfo|node_modules/.test(path)),
    ).toEqual([]);
  });

  test('exports the built files with their types, and not the source', () => {
    const { exports } = packedManifest(archives!.get(name)!);
    const files = filesIn(archives!.get(name)!);
    for (const entry of Object.values(exports)) {
      expect(Object.keys(entry)).toEqual(['types', 'default']);
      for (const path of Object.values(entry)) expect(files).toContain(path.replace('./', ''));
    }
  });

  test('has the sources that its source maps refer to', () => {
    const files = filesIn(archives!.get(name)!);
    const sources = files
      .filter((path) => path.endsWith('.js.map'))
      .map((path) => path.replace('dist', 'src').replace('.js.map', '.ts'));
    expect(files).toEqual(expect.arrayContaining(sources));
  });

  test('has no complaints from publint', () => {
    const { status, output } = runToEnd(
      process.execPath,
      [PUBLINT, archives!.get(name)!, '--strict'],
      ROOT,
    );
    expect(output).toContain('All good!');
    expect(status).toBe(0);
  });

  test('runs the programs of its README', () => {
    const runs = programsOf(consumer, name).map((_, n) =>
      runToEnd(process.execPath, [`${name}-${n}.ts`], consumer),
    );
    expect(runs.map(({ output }) => output).join('')).toMatch(prints);
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 0));
  }, 60_000);
});

test('the programs of the READMEs type-check', () => {
  expect(typesOf(consumer)).toEqual({ status: 0, output: '' });
}, 60_000);

test('the command is bundled, with the licences of the libraries in it', () => {
  const files = filesIn(archives!.get('runner')!);
  const bundled = ['main.js', 'command-thread.js', 'execute-run.js', 'swarm/worker-entry.js'];
  for (const file of [...bundled, 'LICENSES.txt']) expect(files).toContain(`bundle/${file}`);
});

test('the page of a view is in its package, with the licences of the libraries in it', () => {
  const files = filesIn(archives!.get('view')!);
  for (const file of ['dist/page.html', 'dist/page-licenses.txt']) expect(files).toContain(file);
  const html = readFileSync(
    join(consumer, 'node_modules/@cachetorrent/view/dist/page.html'),
    'utf8',
  );
  expect(html).toContain('<!-- view data -->');
});

test('the command runs from the installed package', () => {
  const config = join(ROOT, 'examples/configs/small.json');
  const command = join(consumer, 'node_modules/@cachetorrent/runner/bin/cachetorrent.js');
  const { status, output } = runToEnd(
    process.execPath,
    [command, 'run', config, '--json', '--quiet', '--workers', '2'],
    consumer,
  );
  expect(status, output).toBe(0);
  expect(output).toMatch(/"resultHash": "[0-9a-f]{64}"/);
}, 60_000);

describe('the compiled code of the installed command', () => {
  test('is kept in the cache folder of the user', () => {
    const caches = join(consumer, 'caches');
    expect(versionWith({ XDG_CACHE_HOME: caches })).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(readdirSync(join(caches, 'cachetorrent'))).toHaveLength(1);
  });

  test.each([
    { where: 'if that cannot be written', env: { XDG_CACHE_HOME: '/dev/null' } },
    { where: 'if there is no home', env: { XDG_CACHE_HOME: '', HOME: '' } },
  ])('is not kept $where', ({ env }) => {
    expect(versionWith(env)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  /** What the command prints as its version, with these variables. */
  function versionWith(env: Readonly<Record<string, string>>): string {
    const command = join(consumer, 'node_modules/@cachetorrent/runner/bin/cachetorrent.js');
    const { NODE_COMPILE_CACHE: _, ...others } = process.env;
    const options = { env: { ...others, ...env }, encoding: 'utf8' } as const;
    return execFileSync(process.execPath, [command, '--version'], options);
  }
});
