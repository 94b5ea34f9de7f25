/** What a message and a peer take from memory: counted, so the same on a busy machine. */

import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { footprintOf as foreseen, type Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { configFile } from '../../runs/configs.ts';
import { allocatedBytesPerMessage, footprintOf } from './inspect.ts';

const PATIENCE_MS = 120_000;
const { swarm: MEDIUM } = checkedSwarm(await readConfig(configFile('medium')), {});

describe('memory', () => {
  // Numbers that are no small integers are boxed, 16 bytes each, where a call is not inlined.
  test('of a message: a boxed number or two, no object', { timeout: PATIENCE_MS }, async () => {
    expect(await allocatedBytesPerMessage(swarmOf(240, 20, 100))).toBeLessThan(40);
  });

  test('of peers and connections is what they are said to cost', { timeout: PATIENCE_MS }, async () => {
    const [few, many, close] = [swarmOf(200, 8, 32), swarmOf(600, 8, 32), swarmOf(600, 24, 32)];
    const [fewBytes, manyBytes, closeBytes] = await Promise.all([few, many, close].map(bytesOf));
    const peers = { took: manyBytes! - fewBytes!, said: saidOf(many) - saidOf(few) };
    const connections = { took: closeBytes! - manyBytes!, said: saidOf(close) - saidOf(many) };
    for (const { took, said } of [peers, connections]) {
      expect(took / said).toBeGreaterThan(1 / 3);
      expect(took / said).toBeLessThan(1.2);
    }
  });
});

/** In four AS, with one seed. */
function swarmOf(peers: number, neighbours: number, pieces: number): Swarm {
  return {
    ...MEDIUM,
    neighbours,
    pieces,
    minPeers: peers,
    arrivalGapMs: 0,
    classes: [{ name: 'peer', count: peers, uploadKbps: 2_000, downloadKbps: 6_000 }],
    topology: {
      transitDomains: 2,
      transitDomainSize: 5,
      stubDomains: 4,
      stubDomainSize: peers / 2 + 5,
    },
  };
}

async function bytesOf(swarm: Swarm): Promise<number> {
  const { heapBytes, arrayBytes } = await footprintOf(swarm);
  return heapBytes + arrayBytes;
}

function saidOf(swarm: Swarm): number {
  return foreseen(swarm, 1).bytes;
}
