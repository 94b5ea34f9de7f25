import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { UserError } from '../user-error.ts';
import { checkedSwarm, readConfig } from './read.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'costs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function swarmWith(costs: string | Uint8Array, costMap = 'costs.csv') {
  writeFileSync(join(folder, 'costs.csv'), costs);
  const config = join(folder, 'swarm.yaml');
  writeFileSync(
    config,
    `peers: 40
file: { pieces: 8 }
network: { as: 4 }
tracker: { neighbourSelection: cost, costMap: ${costMap} }
`,
  );
  return checkedSwarm(await readConfig(config));
}

test('a cost map is read relative to the configuration', async () => {
  const { swarm } = await swarmWith('from,to,cost\n0,1,1\n\n1,0,2.5\n');
  expect(swarm.selection).toMatchObject({
    policy: 'cost',
    costs: [
      { from: 0, to: 1, cost: 1 },
      { from: 1, to: 0, cost: 2.5 },
    ],
  });
  expect((await swarmWith('', 'hops')).swarm.selection).not.toHaveProperty('costs');
});

test.each([
  { costs: 'from,to,cost\n\n0,1,x\n', at: 'costs.csv:3', problem: 'has the cost "x"' },
  { costs: 'from,to,cost\n# none\n0,9,1\n', at: 'costs.csv:3: to', problem: 'has 4 AS' },
  { costs: '', at: 'costs.csv:1', problem: 'is empty' },
  { costs: Uint8Array.of(0xff, 0xfe, 0, 1, 2), at: 'costs.csv', problem: '' },
  { costs: '', costMap: 'none.csv', at: 'none.csv', problem: '' },
])('its mistakes have a place: $at, $problem', async ({ costs, costMap, at, problem }) => {
  const error = await swarmWith(costs, costMap).then(
    () => undefined,
    (reason: unknown) => reason as UserError,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error!.message).toContain(join(folder, at));
  expect(error!.message).toContain(problem);
});
