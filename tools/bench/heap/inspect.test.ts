/** The memory of a message and of a peer. It is counted, so it does not depend on load. */

import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import { footprintOf as expectedFootprint, type Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { configFile } from '../../files.ts';
import { allocatedBytesPerMessage, footprintOf } from './inspect.ts';

const TIMEOUT_MS = 120_000;
const { swarm: MEDIUM } = checkedSwarm(await readConfig(configFile('medium')), {});

describe('memory', () => {
  // Where a call is not inlined, numbers other than small integers are boxed, 16 bytes each. A flow
  // that begins, and a piece of which blocks are requested, are objects; most messages are neither.
  test('of a message is that of a few boxed numbers, and of no object', {
    timeout: TIMEOUT_MS,
  }, async () => {
    expect(await allocatedBytesPerMessage(swarmOf(240, 20, 100))).toBeLessThan(60);
  });

  test('of peers and connections is near the expected footprint', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const [few, many, dense] = [swarmOf(200, 8, 32), swarmOf(600, 8, 32), swarmOf(600, 24, 32)];
    const [fewBytes, manyBytes, denseBytes] = await Promise.all([few, many, dense].map(bytesOf));
    const peers = {
      measured: manyBytes! - fewBytes!,
      expected: expectedBytes(many) - expectedBytes(few),
    };
    const connections = {
      measured: denseBytes! - manyBytes!,
      expected: expectedBytes(dense) - expectedBytes(many),
    };
    for (const { measured, expected } of [peers, connections]) {
      expect(measured / expected).toBeGreaterThan(1 / 3);
      expect(measured / expected).toBeLessThan(1.2);
    }
  });
});

/** A swarm in four AS, with one seed. */
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

function expectedBytes(swarm: Swarm): number {
  return expectedFootprint(swarm, 1).bytes;
}
