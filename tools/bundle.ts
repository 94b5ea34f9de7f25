/**
 * Bundles the command, and the page that shows a run (`bundle/page.ts`): `node tools/bundle.ts`,
 * which `npm run build` and `npm start` call.
 *
 * The command and its threads would load hundreds of modules, a third of a millisecond each. The
 * bundle has a few dozen. What only some commands need stays in chunks of its own, which they load
 * when they run.
 *
 *     packages/runner/bundle/main.js                the command
 *                            command-thread.js      its thread
 *                            swarm/worker-entry.js  a thread of a simulation
 *                            execute-run.js         a thread of a campaign
 *                            inputs.json            what it was made from (`bundle/inputs.ts`)
 *                            LICENSES.txt           those of the libraries that it contains
 */

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type CodeSplittingNameFunction, rolldown } from 'rolldown';

import { isBundleCurrent } from '../packages/runner/bin/workspace-command.js';
import { type Beginnings, chunksOf } from './bundle/chunks.ts';
import { inputsOf } from './bundle/inputs.ts';
import { isExternal } from './bundle/libraries.ts';
import { licensesOf } from './bundle/licenses.ts';
import { bundlePage, pageFileIn } from './bundle/page.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNNER = join(ROOT, 'packages/runner');
const FOLDER = join(RUNNER, 'bundle');

/** The names are where the modules look for these files, relative to themselves. */
const ENTRIES = {
  main: 'packages/runner/src/main.ts',
  'command-thread': 'packages/runner/src/command-thread.ts',
  'execute-run': 'packages/runner/src/campaign/engines/execute-run.ts',
  'swarm/worker-entry': 'packages/simulator/src/swarm/worker-entry.ts',
};

const BEGINNINGS: Beginnings = {
  main: [join(ROOT, ENTRIES.main)],
  command: [join(ROOT, ENTRIES['command-thread'])],
  worker: [join(ROOT, ENTRIES['swarm/worker-entry'])],
  simulator: [join(ROOT, 'packages/simulator/src/index.ts')],
  run: [
    join(RUNNER, 'src/commands/run.ts'),
    join(RUNNER, 'src/configuration/flags.ts'),
    join(RUNNER, 'src/results/message-log.ts'),
  ],
};

// The page is among what `tsc -b` builds, and may have been removed with that.
if (!isBundleCurrent(ROOT) || !existsSync(pageFileIn(ROOT))) await bundle();

async function bundle(): Promise<void> {
  const startMs = Date.now();
  const build = await rolldown({
    input: ENTRIES,
    cwd: ROOT,
    platform: 'node',
    resolve: {
      conditionNames: ['cachetorrent-source', 'import', 'node', 'default'],
      mainFields: ['module', 'main'],
    },
    external: isExternal(RUNNER),
    // Nobody imports an entry; a chunk may export more than it.
    preserveEntrySignatures: 'allow-extension',
  });
  const folder = join(ROOT, 'node_modules/.cache', `bundle.${process.pid}`);
  try {
    const { output } = await build.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      codeSplitting: {
        groups: [{ name: chunkNames(), debugName: 'parts' }],
        includeDependenciesRecursively: false,
      },
    });
    const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
    writeFileSync(join(folder, 'LICENSES.txt'), licensesOf(modules));
    const inputs = inputsOf(ROOT, [...modules, ...(await bundlePage(ROOT))], startMs);
    writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs));
    replace(folder);
  } finally {
    await build.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names the chunk of each module that is not the bundler's to place. */
function chunkNames(): CodeSplittingNameFunction {
  let chunks: ReadonlyMap<string, string> | undefined;
  return (id, graph) => {
    chunks ??= chunksOf(BEGINNINGS, (module) => graph.getModuleInfo(module)?.importedIds ?? []);
    return chunks.get(id);
  };
}

/** At once: a command that starts meanwhile finds the old bundle or the new one. */
function replace(folder: string): void {
  const old = `${folder}.old`;
  if (existsSync(FOLDER)) renameSync(FOLDER, old);
  renameSync(folder, FOLDER);
  rmSync(old, { recursive: true, force: true });
}
