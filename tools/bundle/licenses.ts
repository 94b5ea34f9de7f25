/** The licences of the libraries in a bundle, which have to be distributed with it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the libraries that `modules` belong to, one after the other. */
export function licensesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => folderOfLibrary(id) ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
    };
    return `${name} ${version}\n\n${licenseIn(folder)}`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * The text of a file, or the last section of the README.
 *
 * @throws if there is neither
 */
function licenseIn(folder: string): string {
  const names = readdirSync(folder);
  const textOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  const file = names.find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return `${textOf(file)}\n`;
  const readme = names.find((name) => /^readme/i.test(name));
  const text = readme === undefined ? '' : textOf(readme);
  const start = text.search(/^(#+ )?licen[cs]e\b/im);
  if (start >= 0) return `${text.slice(start)}\n`;
  throw new Error(`${folder} has no licence`);
}

function folderOfLibrary(id: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0];
}
