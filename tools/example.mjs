/**
 * `npm run example PROGRAM`: runs a program in any folder with the packages of this workspace.
 * Paths are relative to the folder in which npm was called.
 *
 * Older versions of Node must be able to run this file, so it is plain JavaScript.
 */

import { existsSync } from 'node:fs';
import module from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** It depends on all packages. */
const EXAMPLES = new URL('../examples/package.json', import.meta.url);
/** That of the workspace. */
const isInstalled = existsSync(new URL('node_modules/@cachetorrent', EXAMPLES));

const [program, ...args] = process.argv.slice(2);
process.chdir(process.env.INIT_CWD ?? process.cwd());
const file = resolve(program ?? '');

if (!isInstalled || module.registerHooks === undefined) {
  refuse('the workspace is not installed', 'in its folder, run `npm start` once');
} else if (program === undefined) {
  refuse('there is no program', 'name one, such as examples/leaders.ts');
} else if (!existsSync(file)) {
  refuse(`${file}: does not exist`, 'name a program, relative to this folder');
} else {
  module.registerHooks({ resolve: withWorkspace });
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
}

/** Finds a package where the program is, or else in the workspace. */
function withWorkspace(specifier, context, next) {
  try {
    return asModule(next(specifier, context));
  } catch (error) {
    if (!specifier.startsWith('@cachetorrent/')) throw error;
    return next(specifier, { ...context, parentURL: EXAMPLES.href });
  }
}

/** TypeScript is a module, even where package.json says `commonjs`, as `npm init` writes it. */
function asModule(resolved) {
  return resolved.url.endsWith('.ts') ? { ...resolved, format: 'module-typescript' } : resolved;
}

function refuse(problem, fix) {
  process.stderr.write(`${problem}\n  fix: ${fix}\n`);
  process.exitCode = 2;
}
