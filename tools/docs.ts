/**
 * Generates the API reference from the docstrings: `npm run docs`, into docs/api, which is not
 * under version control. With `--check` it checks that the reference can be generated and that
 * every public symbol is documented, and keeps nothing; the exit code is 1 if a symbol is not.
 */

import { rm } from 'node:fs/promises';

import { publicSymbols, undocumented, writeReference } from './docs/reference.ts';
import { inRepository, withTemporaryFolder } from './files.ts';

if (process.argv.includes('--check')) {
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
