/**
 * Finds traces of the machine that the repository was written on: folders of that machine, and
 * servers that packages were installed from there.
 */

import type { SourceFile } from './rules.ts';

const HOME = /(?<![\w.~-])\/(?:home|root|Users|work)\/[\w.-]/;
const SERVER = /\bhttps?:\/\/|\bregistry\s*=/;
/** Files in which every address is that of a registry. */
const LOCKFILE = /(^|\/)(pnpm-lock\.yaml|pnpm-workspace\.yaml|\.npmrc)$/;

/** Returns a line for each trace in `file`. */
export function machineTraces({ path, text }: SourceFile): string[] {
  return text.split('\n').flatMap((line, index) => {
    if (HOME.test(line)) return [`line ${index + 1} names a folder of one machine: ${line.trim()}`];
    if (LOCKFILE.test(path) && SERVER.test(line)) {
      return [`line ${index + 1} names a server to install from: ${line.trim()}`];
    }
    return [];
  });
}
