/** The memory of a message and of a peer. It is counted, so it does not depend on load. */

import { checkedSwarm, readConfig } from '@cachetorrent/runner';
import type { Swarm } from '@cachetorrent/simulator';
import { describe, expect, test } from 'vitest';

import { BYTES_EACH } from '../../../packages/simulator/src/swarm/forecast/memory.ts';
import { configFile } from '../../files.ts';
import { allocatedBytesPerMessage } from './inspect.ts';
import { CONNECTIONS_EACH, measurePrices } from './prices.ts';

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

  // A small array of its own costs a peer 200 bytes, and a number of 64 bits a connection 8.
  test('of a peer, a connection and a piece is what it should be, and is estimated', {
    timeout: 3 * TIMEOUT_MS,
  }, async () => {
    const { peerHeap, peerArrays, connection, piece } = await measurePrices(MEDIUM);
    expectWithin(peerHeap, 2_400, 3_000);
    expectWithin(peerArrays, 2_450, 2_950);
    expectWithin(connection, 125, 152);
    expectWithin(piece, 6, 9.2);
    const pieceEstimate = BYTES_EACH.piece + CONNECTIONS_EACH * BYTES_EACH.pieceOfConnection;
    expectWithin(BYTES_EACH.peerHeap, peerHeap, 2 * peerHeap);
    expectWithin(BYTES_EACH.peerArrays, peerArrays, 2 * peerArrays);
    expectWithin(BYTES_EACH.connection, connection, 2 * connection);
    expectWithin(pieceEstimate, piece, 2 * piece);
  });
});

function expectWithin(bytes: number, least: number, most: number): void {
  expect(bytes).toBeGreaterThan(least);
  expect(bytes).toBeLessThan(most);
}

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
