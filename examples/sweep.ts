/**
 * Executes a small campaign and prints each run as it finishes. If you name a folder for the store
 * and run the program again, all runs are in the store. Otherwise the store is a temporary folder
 * of this process alone, which is removed at the end.
 *
 *     npm run --silent example examples/sweep.ts [store]
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { campaign } from '@cachetorrent/runner';

const [named] = process.argv.slice(2);
const store = named ?? mkdtempSync(join(tmpdir(), 'cachetorrent-'));
const base = new URL('configs/small.json', import.meta.url).pathname;

const runs = campaign(
  { name: 'example', base, set: { pieces: 100 }, vary: { leaders: [null, 20, 50] }, repeat: 2 },
  { store },
);
try {
  for await (const { parameters, repetition, result, wasStored } of runs) {
    const leaders = parameters['leaders'];
    const protocol = typeof leaders === 'number' ? `${leaders} % leaders` : 'BitTorrent';
    const redundancy = result.redundancy.toFixed(2);
    const origin = wasStored ? 'stored' : 'new';
    console.log(`${protocol}, repetition ${repetition}: redundancy ${redundancy} (${origin})`);
  }
} finally {
  if (named === undefined) rmSync(store, { recursive: true });
}
