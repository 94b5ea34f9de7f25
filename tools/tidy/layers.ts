/**
 * Which folder may import from which. A layer is a folder; a file belongs to the innermost one.
 *
 *     std ◀─ protocol ◀─ tracker ◀─ simulator ◀─ runner
 *      ▲          ▲          ▲          │           │
 *      │          └── wire   └────── client ◀───────┤
 *      └────────── recording ◀──────────┴───────────┤
 *                      ▲                            │
 *                      └───── view ◀────────────────┘
 *
 * Inside the simulator, engine knows neither networks nor BitTorrent, network knows no BitTorrent,
 * and swarm knows both. Only the client and the runner use files, sockets and terminals.
 */

import { posix } from 'node:path';

import { isTest, type SourceFile } from './rules.ts';

interface Layer {
  readonly folder: string;
  /** Folders that it may import from, besides itself. */
  readonly mayImport: readonly string[];
  /** Modules of Node that it may import. Tests may import all. */
  readonly node: readonly string[] | 'all';
}

const SIMULATOR = 'packages/simulator/src';
const PURE = ['packages/std', 'packages/protocol', 'packages/tracker'];
const BELOW_SIMULATOR = [...PURE, 'packages/recording'];
const PUBLISHED = [
  ...BELOW_SIMULATOR,
  'packages/view',
  'packages/simulator',
  'packages/client',
  'packages/runner',
];
const THREADS = ['node:worker_threads', 'node:os', 'node:url', 'node:v8'];

/** Network and swarm share the errors. */
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
  { folder: 'packages/recording', mayImport: ['packages/std'], node: [] },
  {
    folder: 'packages/view',
    mayImport: ['packages/std', 'packages/recording'],
    node: ['node:fs', 'node:url'],
  },
  { folder: `${SIMULATOR}/engine`, mayImport: ['packages/std'], node: THREADS },
  { folder: `${SIMULATOR}/network`, mayImport: BELOW_NETWORK, node: [] },
  {
    folder: 'packages/simulator',
    mayImport: BELOW_SIMULATOR,
    node: [...THREADS, 'node:crypto', 'node:zlib'],
  },
  { folder: 'packages/client', mayImport: PURE, node: 'all' },
  { folder: 'packages/runner', mayImport: PUBLISHED, node: 'all' },
  { folder: 'test', mayImport: PUBLISHED, node: 'all' },
  { folder: 'tools', mayImport: PUBLISHED, node: 'all' },
  { folder: 'examples', mayImport: PUBLISHED, node: 'all' },
];

/** A module that the bundler of the page makes. */
const BUNDLED = 'view:worker';

/** The core of the protocol must not depend on it; only the list of exports may name it. */
const WIRE = 'packages/protocol/src/wire';

/**
 * Returns the imports of `file` that are not allowed; `dependencies` are the libraries of its
 * package.
 */
export function forbiddenImports(file: SourceFile, dependencies: ReadonlySet<string>): string[] {
  const home = layerOf(file.path);
  if (home === undefined) return ['is outside all layers: add its folder to LAYERS'];
  return importsOf(file).flatMap((imported) => {
    if (imported === BUNDLED) return [];
    if (imported.startsWith('node:')) return forbiddenModule(file, home, imported);
    if (imported.startsWith('.')) return forbiddenFolder(file, home, resolved(file, imported));
    const own = /^@cachetorrent\/([^/]+)/.exec(imported)?.[1];
    if (own !== undefined) {
      const target = imported.endsWith('/wire') ? `${WIRE}/` : `packages/${own}/`;
      return forbiddenFolder(file, home, target);
    }
    const library = /^(@[^/]+\/)?[^/]+/.exec(imported)![0];
    if (dependencies.has(library)) return [];
    return [`imports ${library}, which is missing from its package.json`];
  });
}

function forbiddenModule(file: SourceFile, home: Layer, module: string): string[] {
  if (isTest(file.path) || home.node === 'all' || home.node.includes(module)) return [];
  return [`imports ${module}: ${home.folder} may not use it`];
}

function forbiddenFolder({ path }: SourceFile, home: Layer, imported: string): string[] {
  const allowed = [home.folder, ...home.mayImport];
  if (isTest(path)) allowed.push(`${/^packages\/[^/]+/.exec(path)?.[0]}/test`);
  const isAllowed = allowed.some((folder) => `${imported}/`.startsWith(`${folder}/`));
  const isExportList = path === 'packages/protocol/src/index.ts';
  const isUpward =
    home.folder === 'packages/protocol' &&
    imported.startsWith(WIRE) &&
    !isExportList &&
    !isTest(path);
  if (isAllowed && !isUpward) return [];
  return [`imports ${imported}, which is not a layer below ${home.folder}`];
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
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'\s*\)/g;

function importsOf({ text }: SourceFile): string[] {
  return [IMPORT, DYNAMIC_IMPORT].flatMap((form) =>
    Array.from(text.matchAll(form), (match) => match[1]!),
  );
}
