/** The licences of the libraries in a bundle, which have to be distributed with it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of the libraries that `modules` belong to, one after the other. */
export function licensesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => folderOfLibrary(id) ?? []));
  const texts = [...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return `${manifest.name} ${manifest.version}\n\n${licenseIn(folder, manifest)}`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string;
  readonly repository?: string;
}

/**
 * The text of a file, the last section of the README, or what the manifest says.
 *
 * @throws if there is none of these
 */
function licenseIn(folder: string, { license, author, repository }: Manifest): string {
  const names = readdirSync(folder);
  const textOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  const file = names.find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return `${textOf(file)}\n`;
  const readme = names.find((name) => /^readme/i.test(name));
  const text = readme === undefined ? '' : textOf(readme);
  const start = text.search(/^(#+ )?licen[cs]e\b/im);
  if (start >= 0) return `${text.slice(start)}\n`;
  if (license !== undefined && author !== undefined && repository !== undefined) {
    return `Licence: ${license}\nAuthor: ${author}\nSource: ${repository}\n`;
  }
  throw new Error(`${folder} has no licence`);
}

function folderOfLibrary(id: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0];
}
