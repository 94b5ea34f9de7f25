/**
 * Runs a small campaign and prints each run as it finishes. The second time, all runs are in the
 * store.
 *
 *     node --conditions=cachetorrent-source examples/sweep.ts [store]
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
