/** The page that shows a run, as the build has made it. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { templateFile } from '@cachetorrent/view';

import { systemError } from '../system-error.ts';
import { UserError } from '../user-error.ts';

/**
 * The page without data.
 *
 * @throws UserError if it has not been built, or cannot be read
 */
export async function readTemplate(): Promise<string> {
  const file = fileURLToPath(templateFile());
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      const problem = `the page that shows runs has not been built: there is no ${file}`;
      throw new UserError({ at: 'view', problem, fix: 'build it: npm run build' });
    }
    throw systemError(error, { at: file, elsewhere: 'install CacheTorrent again' });
  }
}
