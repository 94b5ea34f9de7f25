/**
 * Writes the API reference from the docstrings: `npm run docs`, into docs/api. With `--check` it
 * writes nothing, and ends with 1 where what is there is out of date.
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeReference } from './docs/reference.ts';
import { inRepository } from './runs/configs.ts';

const FOLDER = inRepository('docs/api');

if (process.argv.includes('--check')) {
  const fresh = await mkdtemp(join(tmpdir(), 'reference-'));
  await writeReference(fresh);
  const [is, shouldBe] = await Promise.all([contentOf(FOLDER), contentOf(fresh)]);
  await rm(fresh, { recursive: true });
  if (is !== shouldBe) {
    console.error('docs/api is out of date: run `npm run docs`');
    process.exitCode = 1;
  }
} else {
  await rm(FOLDER, { recursive: true, force: true });
  await writeReference(FOLDER);
}

async function contentOf(folder: string): Promise<string> {
  const names: readonly string[] = await readdir(folder).catch(() => []);
  const pages = names.map(async (name) => `${name}\n${await readFile(join(folder, name), 'utf8')}`);
  return (await Promise.all(pages)).toSorted((a, b) => (a < b ? -1 : 1)).join('\n');
}
