/**
 * Executes a small campaign and prints each run as it finishes. When the program runs again, all
 * runs are in the store, which is a folder of the system's temporary files by default.
 *
 *     npm run --silent example examples/sweep.ts [store]
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { campaign } from '@cachetorrent/runner';

const [store = join(tmpdir(), 'cachetorrent-example')] = process.argv.slice(2);
const base = new URL('configs/small.json', import.meta.url).pathname;

const runs = campaign(
  { name: 'example', base, set: { pieces: 100 }, vary: { leaders: [null, 20, 50] }, repeat: 2 },
  { store },
);
for await (const { parameters, repetition, result, wasStored } of runs) {
  const leaders = parameters['leaders'];
  const protocol = typeof leaders === 'number' ? `${leaders} % leaders` : 'BitTorrent';
  const redundancy = result.redundancy.toFixed(2);
  const origin = wasStored ? 'stored' : 'new';
  console.log(`${protocol}, repetition ${repetition}: redundancy ${redundancy} (${origin})`);
}
