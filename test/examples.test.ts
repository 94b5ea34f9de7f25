/** Every example program runs, and every example configuration can be simulated. */

import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { peerCountOf, simulate } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const configs = readdirSync(`${EXAMPLES}configs`);
/** These take minutes, even with few pieces; tools measure them. */
const LARGE = ['hundred-thousand.json', 'large.json', 'million.json'];

test.each([
  {
    program: 'leaders.ts',
    prints: /^(\d0 % leaders: redundancy [\d.]+, 50th percentile [\d.]+ s\n){3}$/,
  },
  {
    program: 'swarm.ts',
    prints:
      /leaders completed within [\d.]+ s\n.*followers completed within [\d.]+ s\n[\d.]+ % of the bytes/,
  },
  { program: 'sweep.ts', prints: /^(.* repetition \d: redundancy [\d.]+ \((new|stored)\)\n){6}$/ },
])('$program runs', async ({ program, prints }) => {
  const args = ['--conditions=cachetorrent-source', `${EXAMPLES}${program}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(prints);
});

test('every program is tested', () => {
  // The README tells users to save a program of their own as own.ts.
  const programs = readdirSync(EXAMPLES).filter(
    (name) => name.endsWith('.ts') && name !== 'own.ts',
  );
  expect(programs).toEqual(['leaders.ts', 'swarm.ts', 'sweep.ts']);
});

/** With few pieces, since speed is not tested. */
describe.each(configs.filter((name) => !LARGE.includes(name)))('%s', (name) => {
  test.each([{}, { leaders: 30 }])('all peers complete: %j', async (changes) => {
    const file = await readConfig(`${EXAMPLES}configs/${name}`);
    const { swarm } = checkedSwarm(file, { pieces: 5, ...changes });
    const { result } = await simulate(swarm, { seed: 1 });
    expect(result.completion.count).toBe(peerCountOf(swarm) - swarm.seeds);
    expect(result.completion.p90Ms).toBeGreaterThan(0);
  });
});

test.each(LARGE)('%s describes a swarm that can be simulated', async (name) => {
  const file = await readConfig(`${EXAMPLES}configs/${name}`);
  const { swarm } = checkedSwarm(file, {});
  const { stubDomains, stubDomainSize } = swarm.topology;
  expect(swarm.minPeers).toBeGreaterThanOrEqual(7_000);
  // Domains can have two routers less than configured, and each node needs its own router.
  expect(stubDomains * (stubDomainSize - 2)).toBeGreaterThan(swarm.minPeers);
});
