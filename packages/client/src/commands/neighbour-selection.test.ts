import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { AsId, PeerId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { JoinedPeers } from '@cachetorrent/tracker';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ClientError } from '../errors.ts';
import { neighbourSelectionOf, type NeighbourSelectionOptions } from './neighbour-selection.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'selection-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** 90 peers in the AS 64500 to 64502. */
function peers(): JoinedPeers {
  const joined = new JoinedPeers();
  for (let id = 1; id <= 90; id++) joined.add(id as PeerId, (64_500 + (id % 3)) as AsId);
  return joined;
}

/** How many of the neighbours of a peer in AS 64500 are in each AS. */
async function countsWith(options: NeighbourSelectionOptions): Promise<readonly number[]> {
  const make = await neighbourSelectionOf(options, 10);
  const named = make().select(3 as PeerId, 64_500 as AsId, peers(), seededRandom(1));
  return [0, 1, 2].map((as) => named.filter((id) => id % 3 === as).length);
}

test('the rules that need AS alone are those of the simulator', async () => {
  expect(await countsWith({ neighbourSelection: 'biased', externalNeighbours: 0 })).toEqual([
    10, 0, 0,
  ]);
  const counts = await countsWith({ neighbourSelection: 'budget', interAsConnections: 3 });
  expect([counts[0], counts[1]! + counts[2]!]).toEqual([9, 1]);
  const uniform = await countsWith({});
  expect(Math.max(...uniform)).toBeLessThan(10);
  expect(uniform.reduce((a, b) => a + b, 0)).toBe(10);
});

test('each torrent has a budget of its own', async () => {
  const make = await neighbourSelectionOf({ neighbourSelection: 'budget' }, 10);
  expect(make()).not.toBe(make());
});

test('by cost, with a cost map of AS numbers', async () => {
  const costMap = join(folder, 'costs.csv');
  writeFileSync(costMap, 'from,to,cost\nAS64500,AS64501,1e-9\n64500,64502,1\n');
  expect(await countsWith({ neighbourSelection: 'cost', costMap })).toEqual([8, 2, 0]);
});

test.each<[NeighbourSelectionOptions, string, string]>([
  [{ neighbourSelection: 'hops' }, '--neighbour-selection', 'the routes between AS'],
  [{ neighbourSelection: 'latency' }, '--neighbour-selection', 'the latencies between peers'],
  [{ neighbourSelection: 'cost' }, '--neighbour-selection', 'without a --cost-map'],
  [{ interAsConnections: 3 }, '--inter-as-connections', 'no effect with --neighbour-selection'],
  [{ costMap: 'costs.csv', externalNeighbours: 3 }, '--cost-map', 'biased'],
  [
    { neighbourSelection: 'budget', externalNeighbours: 3 },
    '--external-neighbours',
    'has no effect',
  ],
  [{ neighbourSelection: 'cost', costMap: 'none.csv' }, 'none.csv', 'cannot be read'],
])('is refused: %j', async (options, at, problem) => {
  const error = await neighbourSelectionOf(options, 10).then(
    () => undefined,
    (reason: unknown) => reason as ClientError,
  );
  expect(error).toBeInstanceOf(ClientError);
  expect(error!.details.at).toBe(at);
  expect(error!.details.problem).toContain(problem);
});

test('a mistake in a cost map has its line', async () => {
  const costMap = join(folder, 'bad.csv');
  writeFileSync(costMap, 'from,to,cost\n1,2,-3\n');
  await expect(neighbourSelectionOf({ neighbourSelection: 'cost', costMap }, 10)).rejects.toThrow(
    `${costMap}, line 2: has the cost "-3"`,
  );
});
