/**
 * The packages as they would be published: built, packed, and installed by somebody who has never
 * seen the workspace.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
const PNPM = 'pnpm@12.21.0';
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const NODE_TYPES = '@types/node';

export interface EndedProcess {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program to its end. */
export function runToEnd(program: string, args: readonly string[], cwd: string): EndedProcess {
  const env = { ...process.env, CI: 'true' };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
}

/** Throws where it fails: what a test needs before it can test anything. */
export function runOrThrow(program: string, args: readonly string[], cwd: string): string {
  const { status, output } = runToEnd(program, args, cwd);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${output}`);
  return output;
}

/** Builds the workspace, and packs these packages of it; for each the path of its archive. */
export function pack(names: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  runOrThrow(process.execPath, [TSC, '-b'], ROOT);
  return new Map(
    names.map((name) => {
      const home = join(ROOT, 'packages', name);
      runOrThrow('npx', ['-y', PNPM, 'pack', '--pack-destination', folder], home);
      const { version } = manifestAt(home);
      return [name, join(folder, `cachetorrent-${name}-${version}.tgz`)];
    }),
  );
}

/** The paths of the files in an archive, below its `package/`. */
export function filesIn(archive: string): readonly string[] {
  const listed = runOrThrow('tar', ['tzf', archive], ROOT).trim().split('\n');
  return listed.map((path) => path.replace(/^package\//, '')).sort();
}

/** The `package.json` in an archive. */
export function packedManifest(archive: string): PackedManifest {
  return JSON.parse(runOrThrow('tar', ['xzOf', archive, 'package/package.json'], ROOT)) as PackedManifest;
}

/** What a published package says of itself, as far as tests look. */
export interface PackedManifest {
  /** By entry point and condition the path of a file. */
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An empty folder outside the workspace, into which the archives are installed. */
export function install(archives: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  const files = Object.fromEntries(
    [...archives].map(([name, archive]) => [`@cachetorrent/${name}`, `file:${archive}`]),
  );
  const { devDependencies } = manifestAt(ROOT);
  write(folder, 'package.json', {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { ...files, [NODE_TYPES]: devDependencies![NODE_TYPES] },
  });
  // Packages ask for one another by version, which no registry has yet.
  write(folder, 'pnpm-workspace.yaml', {
    overrides: files,
    allowBuilds: { 'msgpackr-extract': false },
    pmOnFail: 'ignore',
  });
  write(folder, 'tsconfig.json', {
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      lib: ['es2024'],
      types: ['node'],
    },
  });
  runOrThrow('npx', ['-y', PNPM, 'install', '--prefer-offline', '--reporter=append-only'], folder);
  return folder;
}

/** Type-checks all programs in `folder` with the settings of a stranger: libraries are checked. */
export function typesOf(folder: string): EndedProcess {
  return runToEnd(process.execPath, [TSC, '-p', 'tsconfig.json'], folder);
}

/** The first program in the README of a package, as it is in the archive. */
export function exampleOf(folder: string, name: string): string {
  const path = join(folder, 'node_modules/@cachetorrent', name, 'README.md');
  const program = /^```ts\n(.*?)^```$/ms.exec(readFileSync(path, 'utf8'))?.[1];
  if (program === undefined) throw new Error(`the README of ${name} has no program`);
  return program;
}

interface Manifest {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function write(folder: string, name: string, content: object): void {
  mkdirSync(folder, { recursive: true });
  // JSON is YAML, too.
  writeFileSync(join(folder, name), JSON.stringify(content, undefined, 2));
}
