/** Applies the rules of `tidy/` to the repository, and shows that each rule can fail. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { forbiddenImports } from './tidy/layers.ts';
import { machineTraces } from './tidy/places.ts';
import { RULES, type SourceFile, staleExceptions } from './tidy/rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SKIPPED = /(^|\/)(node_modules|dist|runner\/bundle|coverage|\.git|\.cache|docs\/api)(\/|$)/;
/** These files contain what they forbid. */
const RULE_FILES = /^tools\/tidy/;

const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/').replace(/\/+/g, '/'))
  .map((path) => path.slice(ROOT.replaceAll('\\', '/').length))
  .filter((path) => !SKIPPED.test(path))
  .sort();
const sources = files.filter((path) => /\.(tsx?|mjs|js)$/.test(path)).map(read);
const texts = files
  .filter((path) => !/\.(png|ico|woff2|parquet|torrent|bin|gz)$/.test(path))
  .map(read);

describe('the repository', () => {
  test('has sources to check', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  test.each(RULES)('follows the rule: $name', ({ violations }) => {
    expect(
      complaints(
        sources.filter(({ path }) => !RULE_FILES.test(path)),
        violations,
      ),
    ).toEqual([]);
  });

  test('has a reason for each file that may be longer, and no stale one', () => {
    expect(staleExceptions(sources)).toEqual([]);
  });

  test('imports only from the layers below, and only libraries in package.json', () => {
    const typed = sources.filter(({ path }) => /^\w.*\/.*\.tsx?$/.test(path));
    expect(complaints(typed, (file) => forbiddenImports(file, dependenciesOf(file.path)))).toEqual(
      [],
    );
  });

  test('has no traces of the machine that it was written on', () => {
    expect(complaints(texts, machineTraces)).toEqual([]);
  });
});

/** A row is a file that violates one rule; `complaint` is part of the message for the author. */
describe('the rules notice', () => {
  const lines = (count: number) => '/** A file. */\n'.repeat(count);
  test.each([
    {
      wrong: 'a file without a header',
      path: 'packages/std/src/a.ts',
      text: 'export const a = 1;\n',
      complaint: 'begins without a comment',
    },
    {
      wrong: 'a long file',
      path: 'packages/std/src/a.ts',
      text: lines(501),
      complaint: 'has 501 lines',
    },
    {
      wrong: 'a wide line',
      path: 'packages/std/src/a.ts',
      text: `/** ${'x'.repeat(100)} */`,
      complaint: 'line 1 has 107 columns',
    },
    {
      wrong: 'an unseeded random source',
      path: 'packages/runner/src/a.ts',
      text: '// A.\nMath.random();',
      complaint: 'line 2 has `Math.random`: use a Random',
    },
    {
      wrong: 'a clock',
      path: 'packages/simulator/src/a.ts',
      text: '// A.\nDate.now();',
      complaint: 'use nowMs',
    },
    {
      wrong: 'a clock in the engine',
      path: 'packages/simulator/src/engine/actor.ts',
      text: '// A.\nperformance.now();',
      complaint: 'use nowMs',
    },
    {
      wrong: 'a timer',
      path: 'packages/protocol/src/a.ts',
      text: '// A.\nsetTimeout(f, 1);',
      complaint: 'use an event of the run',
    },
    {
      wrong: 'an inexact function',
      path: 'packages/tracker/src/a.ts',
      text: '// A.\nMath.exp(1);',
      complaint: 'an exact function',
    },
    {
      wrong: 'printing in the simulator',
      path: 'packages/simulator/src/a.ts',
      text: '// A.\nconsole.log(1);',
      complaint: 'a value that the caller prints',
    },
    {
      wrong: 'ending the process',
      path: 'packages/runner/src/a.ts',
      text: '// A.\nprocess.exit(1);',
      complaint: 'an error that main turns into one',
    },
    {
      wrong: 'a default export',
      path: 'packages/std/src/a.ts',
      text: '// A.\nexport default 1;',
      complaint: 'a named export',
    },
    {
      wrong: 'something unfinished',
      path: 'packages/std/src/a.ts',
      text: `// ${'TO'}DO`,
      complaint: 'the finished change',
    },
    {
      wrong: 'a name without meaning',
      path: 'packages/std/src/a.ts',
      text: '// A.\nexport class PeerManager {}',
      complaint: "the field's own name",
    },
    {
      wrong: 'a test that is skipped',
      path: 'packages/std/src/a.test.ts',
      text: "test.skip('a', f);",
      complaint: 'a test that always runs',
    },
  ])('$wrong', ({ path, text, complaint }) => {
    const found = RULES.flatMap(({ violations }) => violations({ path, text }));
    expect(found.join('\n')).toContain(complaint);
  });

  test.each([
    { wrong: 'no longer exists', path: 'b.ts', why: 'A table.' },
    { wrong: 'is short', path: 'short.ts', why: 'A table.' },
    { wrong: 'has no reason', path: 'long.ts', why: ' ' },
  ])('an exception whose file $wrong', ({ path, why }) => {
    const sources = [
      { path: 'long.ts', text: lines(501) },
      { path: 'short.ts', text: lines(500) },
    ];
    const sound = { path: 'long.ts', why: 'A table.' };
    expect(staleExceptions(sources, [sound])).toEqual([]);
    expect(staleExceptions(sources, [{ path, why }])).toEqual([path]);
  });

  test.each([
    {
      may: 'a worker measures time',
      path: 'packages/simulator/src/engine/threads/worker.ts',
      text: '// A.\nperformance.now();',
    },
    {
      may: 'the coordinator uses timers',
      path: 'packages/simulator/src/engine/threads/coordinator.ts',
      text: '// A.\nsetTimeout(f, 1);',
    },
    {
      may: 'the runner reads the clock',
      path: 'packages/runner/src/a.ts',
      text: '// A.\nDate.now();',
    },
    {
      may: 'a table of a test is wide',
      path: 'packages/std/src/a.test.ts',
      text: `// ${'x'.repeat(100)}`,
    },
  ])('nothing if $may', ({ path, text }) => {
    expect(RULES.flatMap(({ violations }) => violations({ path, text }))).toEqual([]);
  });
});

describe('the layers', () => {
  test.each([
    { path: 'packages/std/src/a.ts', imports: '@cachetorrent/protocol' },
    { path: 'packages/protocol/src/a.ts', imports: '@cachetorrent/tracker' },
    { path: 'packages/protocol/src/a.ts', imports: './wire/session.ts' },
    { path: 'packages/protocol/src/a.ts', imports: 'node:fs' },
    { path: 'packages/tracker/src/a.ts', imports: '@cachetorrent/simulator' },
    { path: 'packages/simulator/src/engine/a.ts', imports: '../network/topology.ts' },
    { path: 'packages/simulator/src/engine/a.ts', imports: '@cachetorrent/protocol' },
    { path: 'packages/simulator/src/network/a.ts', imports: '@cachetorrent/protocol' },
    { path: 'packages/simulator/src/network/a.ts', imports: '../swarm/spec.ts' },
    { path: 'packages/simulator/src/swarm/a.ts', imports: 'node:fs' },
    { path: 'packages/client/src/a.ts', imports: '@cachetorrent/simulator' },
    { path: 'packages/simulator/src/a.ts', imports: '@cachetorrent/runner' },
    { path: 'packages/runner/src/a.ts', imports: 'left-pad' },
    { path: 'packages/runner/src/a.ts', imports: '../../../tools/tidy/rules.ts' },
  ])('$path may not import $imports', ({ path, imports }) => {
    for (const text of [
      `import { a } from '${imports}';`,
      `import {\n  a,\n} from '${imports}';`,
    ]) {
      expect(forbiddenImports({ path, text }, new Set())).toHaveLength(1);
    }
  });

  test.each([
    { path: 'packages/protocol/src/wire/a.ts', imports: '../bitfield.ts' },
    { path: 'packages/simulator/src/swarm/a.ts', imports: '@cachetorrent/tracker' },
    { path: 'packages/simulator/src/swarm/a.ts', imports: '../engine/actor.ts' },
    { path: 'packages/simulator/src/engine/a.ts', imports: 'node:worker_threads' },
    { path: 'packages/client/src/a.ts', imports: '@cachetorrent/protocol/wire' },
    { path: 'packages/client/src/a.ts', imports: 'node:net' },
    { path: 'packages/runner/src/a.ts', imports: 'commander' },
  ])('$path may import $imports', ({ path, imports }) => {
    expect(
      forbiddenImports({ path, text: `import { a } from '${imports}';` }, new Set(['commander'])),
    ).toEqual([]);
  });
});

test.each([
  { trace: 'a home directory', text: `see ${'/ho'}me/ann/notes` },
  {
    trace: 'a registry',
    text: `tarball: ${'https'}://packages.example/std.tgz`,
    path: 'pnpm-lock.yaml',
  },
  { trace: 'a registry in .npmrc', text: `registry=${'http'}://10.0.0.1:4873/`, path: '.npmrc' },
])('a trace of a machine: $trace', ({ text, path = 'docs/a.md' }) => {
  expect(machineTraces({ path, text })).toHaveLength(1);
});

function complaints(
  among: readonly SourceFile[],
  violations: (file: SourceFile) => string[],
): string[] {
  return among.flatMap((file) => violations(file).map((complaint) => `${file.path} ${complaint}`));
}

function read(path: string): SourceFile {
  return { path, text: readFileSync(`${ROOT}/${path}`, 'utf8') };
}

function dependenciesOf(path: string): ReadonlySet<string> {
  const folder = /^(packages\/[^/]+|[^/]+)\//.exec(path)![1]!;
  const owner = existsSync(`${ROOT}/${folder}/package.json`) ? folder : '.';
  const manifests = [owner, '.'].map((at) => JSON.parse(read(`${at}/package.json`).text));
  const { dependencies, devDependencies, optionalDependencies } = manifests[0];
  const own = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return new Set([...own, ...Object.keys(manifests[1].devDependencies)]);
}
