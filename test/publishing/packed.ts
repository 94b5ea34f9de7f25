/** Builds and packs the packages as for publishing, and installs them outside the workspace. */

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

/** Runs a program to its end, and throws if it fails. */
export function runOrThrow(program: string, args: readonly string[], cwd: string): string {
  const { status, output } = runToEnd(program, args, cwd);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${output}`);
  return output;
}

/** Builds the workspace and packs these packages; returns the path of each archive. */
export function pack(names: readonly string[]): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  runOrThrow(process.execPath, [TSC, '-b'], ROOT);
  runOrThrow(process.execPath, ['--conditions=cachetorrent-source', 'tools/bundle.ts'], ROOT);
  return new Map(
    names.map((name) => {
      const home = join(ROOT, 'packages', name);
      runOrThrow('npx', ['-y', PNPM, 'pack', '--pack-destination', folder], home);
      const { version } = manifestAt(home);
      return [name, join(folder, `cachetorrent-${name}-${version}.tgz`)];
    }),
  );
}

/** Returns the paths of the files in an archive, relative to its `package/`. */
export function filesIn(archive: string): readonly string[] {
  const listed = runOrThrow('tar', ['tzf', archive], ROOT).trim().split('\n');
  return listed.map((path) => path.replace(/^package\//, '')).sort();
}

/** Returns the `package.json` in an archive. */
export function packedManifest(archive: string): PackedManifest {
  return JSON.parse(
    runOrThrow('tar', ['xzOf', archive, 'package/package.json'], ROOT),
  ) as PackedManifest;
}

/** The fields of a published `package.json` that tests use. */
export interface PackedManifest {
  /** The paths of files, by entry point and condition. */
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Installs the archives into a new folder outside the workspace; returns the folder. */
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
  // The packages depend on versions of one another that no registry has yet.
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

/** Type-checks all programs in `folder`, libraries included. */
export function typesOf(folder: string): EndedProcess {
  return runToEnd(process.execPath, [TSC, '-p', 'tsconfig.json'], folder);
}

/** Returns the programs in the README of an installed package. */
export function programsOf(folder: string, name: string): readonly string[] {
  const path = join(folder, 'node_modules/@cachetorrent', name, 'README.md');
  const found = readFileSync(path, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms);
  const programs = Array.from(found, (match) => match[1]!);
  if (programs.length === 0) throw new Error(`the README of ${name} has no program`);
  return programs;
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
