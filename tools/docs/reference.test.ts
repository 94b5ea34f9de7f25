/** What the packages export is explained, all of it, and can be written down as a reference. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { MODULES } from './modules.ts';
import { publicSymbols, writeReference } from './reference.ts';
import { undocumented } from './undocumented.ts';

const PATIENCE_MS = 120_000;

test('every public symbol of every package has a docstring', { timeout: PATIENCE_MS }, async () => {
  const project = await publicSymbols();
  expect(project.children!.map(({ name }) => name).toSorted()).toEqual(Object.keys(MODULES).toSorted());
  expect(undocumented(project)).toEqual([]);

  // The test can fail: without its docstring a symbol is found.
  const std = project.getChildByName('std')!;
  const [random, below] = ['Random', 'Random.below'].map((name) => project.getChildByName(`std.${name}`)!);
  delete random!.comment;
  delete (below as unknown as { signatures: { comment?: object }[] }).signatures[0]!.comment;
  expect(std.name).toBe('std');
  expect(undocumented(project)).toEqual(['std.Random', 'std.Random.below']);
});

describe('the reference', () => {
  test('has a page for each entry point, with what is said of each symbol', { timeout: PATIENCE_MS }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reference-'));
    await writeReference(folder);
    expect((await readdir(folder)).toSorted()).toEqual(['README.md', ...Object.keys(MODULES).map((name) => `${name}.md`)].toSorted());
    const page = await readFile(join(folder, 'protocol-wire.md'), 'utf8');
    expect(page).toContain('### WireSession');
    expect(page).toContain('One connection to another BitTorrent client, as a state machine without IO.');
    await rm(folder, { recursive: true });
  });
});
