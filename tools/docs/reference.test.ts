/** All exported symbols of the packages are documented, and the reference can be generated. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { inRepository } from '../files.ts';
import { MODULES, publicSymbols, undocumented, writeReference } from './reference.ts';

const TIMEOUT_MS = 120_000;

test('every public symbol of every package has a docstring', { timeout: TIMEOUT_MS }, async () => {
  const project = await publicSymbols();
  const names = project.children!.map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(MODULES).toSorted());
  expect(undocumented(project)).toEqual([]);

  // The check can fail: it finds a symbol whose docstring is removed.
  const std = project.getChildByName('std')!;
  const [random, below] = ['Random', 'Random.below'].map(
    (name) => project.getChildByName(`std.${name}`)!,
  );
  delete random!.comment;
  delete (below as unknown as { signatures: { comment?: object }[] }).signatures[0]!.comment;
  expect(std.name).toBe('std');
  expect(undocumented(project)).toEqual(['std.Random', 'std.Random.below']);
});

test('the reference has a page for each entry point, with the docstrings', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reference-'));
  await writeReference(folder);
  const pages = ['README.md', ...Object.keys(MODULES).map((name) => `${name}.md`)];
  expect((await readdir(folder)).toSorted()).toEqual(pages.toSorted());
  const page = await readFile(join(folder, 'std.md'), 'utf8');
  const source = await readFile(inRepository('packages/std/src/random.ts'), 'utf8');
  const [, docstring] = /\/\*\* (.*) \*\/\nexport interface Random/.exec(source)!;
  expect(page).toContain('### Random');
  expect(page).toContain(docstring);
  expect(await readFile(join(folder, 'protocol-wire.md'), 'utf8')).toContain('### WireSession');
  await rm(folder, { recursive: true });
});
