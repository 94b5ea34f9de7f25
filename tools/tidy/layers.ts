/**
 * Who may import whom. A layer is a folder; the most specific one that holds a file counts.
 *
 *     std ◀─ protocol ◀─ tracker ◀─ simulator ◀─ runner
 *                 ▲          ▲                      │
 *                 └── wire   └────── client ◀───────┘
 *
 * and inside the simulator: engine knows no networks, network knows no BitTorrent, swarm knows
 * both. Only the client and the runner touch files, sockets and terminals.
 */

import { posix } from 'node:path';

import { isTest, type SourceFile } from './rules.ts';

interface Layer {
  readonly folder: string;
  /** Folders that it may import from, itself aside. */
  readonly mayImport: readonly string[];
  /** Modules of Node that it may import, or 'all'. Tests may import any. */
  readonly node: readonly string[] | 'all';
}

const SIMULATOR = 'packages/simulator/src';
const PURE = ['packages/std', 'packages/protocol', 'packages/tracker'];
const PUBLISHED = [...PURE, 'packages/simulator', 'packages/client', 'packages/runner'];
const THREADS = ['node:worker_threads', 'node:os', 'node:url', 'node:v8'];

/** What is wrong with a swarm is said in the same words by whoever finds it. */
const BELOW_NETWORK = ['packages/std', `${SIMULATOR}/engine`, `${SIMULATOR}/errors.ts`];

const LAYERS: readonly Layer[] = [
  { folder: 'packages/std', mayImport: [], node: [] },
  { folder: 'packages/protocol', mayImport: ['packages/std'], node: [] },
  {
    folder: 'packages/protocol/src/wire',
    mayImport: ['packages/std', 'packages/protocol/src'],
    node: [],
  },
  { folder: 'packages/tracker', mayImport: ['packages/std', 'packages/protocol'], node: [] },
  { folder: `${SIMULATOR}/engine`, mayImport: ['packages/std'], node: THREADS },
  { folder: `${SIMULATOR}/network`, mayImport: BELOW_NETWORK, node: [] },
  { folder: 'packages/simulator', mayImport: PURE, node: [...THREADS, 'node:crypto'] },
  { folder: 'packages/client', mayImport: PURE, node: 'all' },
  { folder: 'packages/runner', mayImport: PUBLISHED, node: 'all' },
  { folder: 'test', mayImport: PUBLISHED, node: 'all' },
  { folder: 'tools', mayImport: PUBLISHED, node: 'all' },
  { folder: 'examples', mayImport: PUBLISHED, node: 'all' },
];

/** Internals of the protocol: for the simulator, for benchmarks and for tests. */
const INTERNAL = '@cachetorrent/protocol/internal';
const MAY_IMPORT_INTERNAL = /^(packages\/simulator|tools)\//;

/** The core must not lean on what is built upon it; its list of exports may name it. */
const WIRE = 'packages/protocol/src/wire';

/** What `file` imports and may not; `dependencies` are those of the package that holds it. */
export function trespasses(file: SourceFile, dependencies: ReadonlySet<string>): string[] {
  const home = layerOf(file.path);
  if (home === undefined) return ['stands outside the layers: give its folder a place'];
  return importsOf(file).flatMap((imported) => {
    if (imported.startsWith('node:')) return nodeTrespass(file, home, imported);
    if (imported.startsWith('.')) return folderTrespass(file, home, resolved(file, imported));
    if (imported === INTERNAL && !MAY_IMPORT_INTERNAL.test(file.path) && !isTest(file.path)) {
      return [`imports ${INTERNAL}, which only the simulator, tools and tests may import`];
    }
    const own = /^@cachetorrent\/([^/]+)/.exec(imported)?.[1];
    if (own !== undefined) {
      const target = imported.endsWith('/wire') ? `${WIRE}/` : `packages/${own}/`;
      return folderTrespass(file, home, target);
    }
    const library = /^(@[^/]+\/)?[^/]+/.exec(imported)![0];
    if (dependencies.has(library)) return [];
    return [`imports ${library}, which its package.json does not name`];
  });
}

function nodeTrespass(file: SourceFile, home: Layer, module: string): string[] {
  if (isTest(file.path) || home.node === 'all' || home.node.includes(module)) return [];
  return [`imports ${module}: ${home.folder} may not touch its surroundings`];
}

function folderTrespass({ path }: SourceFile, home: Layer, imported: string): string[] {
  const allowed = [home.folder, ...home.mayImport];
  if (isTest(path)) allowed.push(`${/^packages\/[^/]+/.exec(path)?.[0]}/test`);
  const inReach = allowed.some((folder) => `${imported}/`.startsWith(`${folder}/`));
  const isList = path === 'packages/protocol/src/index.ts';
  const upwards =
    home.folder === 'packages/protocol' && imported.startsWith(WIRE) && !isList && !isTest(path);
  if (inReach && !upwards) return [];
  return [`imports ${imported}, which is not below ${home.folder}`];
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.filter(({ folder }) => path.startsWith(`${folder}/`)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
}

function resolved(file: SourceFile, relative: string): string {
  return posix.join(posix.dirname(file.path), relative);
}

const IMPORT = /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm;
const CALLED = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf({ text }: SourceFile): string[] {
  return [IMPORT, CALLED].flatMap((form) => Array.from(text.matchAll(form), (match) => match[1]!));
}
