/**
 * The repository is for everybody: it names no folder of the machine that it was written on, and
 * no server that packages happened to come from there.
 */

import type { SourceFile } from './rules.ts';

const HOME = /(?<![\w.~-])\/(?:home|root|Users|work)\/[\w.-]/;
const SERVER = /\bhttps?:\/\/|\bregistry\s*=/;
/** Files in which any address would be one of a registry. */
const INSTALLS = /(^|\/)(pnpm-lock\.yaml|pnpm-workspace\.yaml|\.npmrc)$/;

/** One line for each line of `file` that names such a place. */
export function placesOfThisMachine({ path, text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, index) => {
    if (HOME.test(line)) return [`line ${index + 1} names a folder of one machine: ${line.trim()}`];
    if (INSTALLS.test(path) && SERVER.test(line)) {
      return [`line ${index + 1} names a server to install from: ${line.trim()}`];
    }
    return [];
  });
}
