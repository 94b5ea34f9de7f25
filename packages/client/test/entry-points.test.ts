/** What each entry point of the package loads. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = new URL('../src/', import.meta.url);

/** Returns the files and packages that a file loads when it is imported, directly or indirectly. */
function loadedBy(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (file: URL): void => {
    const path = fileURLToPath(file).slice(fileURLToPath(SRC).length);
    if (loaded.has(path)) return;
    loaded.add(path);
    const text = readFileSync(file, 'utf8');
    for (const [statement, specifier] of text.matchAll(
      /^(?:import|export)\b[^;]*? from '([^']+)';/gm,
    )) {
      if (/^(import|export) type\b/.test(statement)) continue;
      if (specifier!.startsWith('.')) load(new URL(specifier!, file));
      else loaded.add(specifier!);
    }
  };
  load(new URL(entry, SRC));
  return loaded;
}

test('the main entry does not load the command line', () => {
  const loaded = loadedBy('index.ts');
  expect(loaded).toContain('client/client.ts');
  expect(
    [...loaded].filter((name) => name === 'commander' || name.startsWith('commands/')),
  ).toEqual([]);
});

test('the entry of the commands does not load the client', () => {
  expect([...loadedBy('commands/index.ts')].toSorted()).toEqual([
    '@cachetorrent/std',
    'commander',
    'commands/add-commands.ts',
    'commands/index.ts',
    'errors.ts',
  ]);
});
