/**
 * Generates the API reference from the docstrings: `npm run docs`, into docs/api, which is not
 * under version control. With `--check` it checks that the reference can be generated and that
 * every public symbol is documented, and keeps nothing; the exit code is 1 if a symbol is not.
 */

import { rm } from 'node:fs/promises';

import { Command } from 'commander';

import { publicSymbols, undocumented, writeReference } from './docs/reference.ts';
import { inRepository, withTemporaryFolder } from './files.ts';

const { check } = new Command('docs')
  .description('Generates the API reference from the docstrings, into docs/api.')
  .option('--check', 'only check that every public symbol is documented')
  .parse()
  .opts<{ readonly check?: true }>();

if (check) {
  await withTemporaryFolder(writeReference);
  const missing = undocumented(await publicSymbols());
  for (const name of missing) console.error(`${name} has no docstring`);
  if (missing.length > 0) process.exitCode = 1;
} else {
  const folder = inRepository('docs/api');
  await rm(folder, { recursive: true, force: true });
  await writeReference(folder);
  console.log(`The reference begins at ${folder}/README.md`);
}
