/** Where things are in the repository, whatever folder a tool is started from. */

import { fileURLToPath } from 'node:url';

export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The configuration of an example, by its name. */
export function configFile(name: string): string {
  return inRepository(`examples/configs/${name}.json`);
}
