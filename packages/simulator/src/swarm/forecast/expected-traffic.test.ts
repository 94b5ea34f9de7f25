/** The expected traffic of a swarm, against that of a run. */

import { describe, expect, test } from 'vitest';

import { simulatedHere } from '../../../test/swarm/simulated-here.ts';
import { FORTY } from '../../../test/swarm/swarms.ts';
import { expectedTrafficOf } from './expected-traffic.ts';
import type { Swarm } from '../plan/swarm.ts';

const PEERS = 200;
const SWARM: Swarm = {
  ...FORTY,
  neighbours: 10,
  minPeers: PEERS,
  pieces: 100,
  classes: [{ name: 'peer', count: PEERS, uploadKbps: 1_000, downloadKbps: 3_000 }],
  topology: { ...FORTY.topology, stubDomainSize: 100 },
};

describe.each([
  { of: 'BitTorrent', change: {} },
  { of: 'biased neighbours', change: { externalPercent: 30 } },
  { of: 'few leaders', change: { leaderPercent: 10 } },
  { of: 'many leaders', change: { leaderPercent: 50 } },
  { of: 'leaders only', change: { leaderPercent: 100 } },
  { of: 'few leaders, biased neighbours', change: { leaderPercent: 10, externalPercent: 30 } },
  { of: 'many leaders, biased neighbours', change: { leaderPercent: 50, externalPercent: 30 } },
])('$of', ({ change }) => {
  const swarm = { ...SWARM, ...change };
  const expected = expectedTrafficOf(swarm);
  const { messages } = simulatedHere(swarm, 1);

  test('has the expected number of connections', () => {
    // Each side of a connection sends one `connReq`.
    const each = messages.connReq / PEERS;
    expect(expected.connectionsEach / each).toBeGreaterThan(0.95);
    expect(expected.connectionsEach / each).toBeLessThan(1.05);
  });

  test('sends the expected number of messages', () => {
    const all = Object.values(messages).reduce((sum, count) => sum + count, 0);
    expect(expected.messages / all).toBeGreaterThan(0.8);
    expect(expected.messages / all).toBeLessThan(1.25);
  });
});
