import { expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import type { HostedPeer } from '../nodes/hosted-peer.ts';
import type { Plan } from '../plan/plan.ts';
import { Needs } from './needs.ts';

const PIECES = 5;

/** The two peers of a node, in sub-torrents of 2 and 3 pieces, that hold these pieces. */
function peersWith(held: readonly number[]): readonly HostedPeer[] {
  return [0, 2].map((firstPiece, subTorrent) => {
    const hasPiece = (piece: number): boolean => held.includes(firstPiece + piece);
    const isComplete = (subTorrent === 0 ? [0, 1] : [0, 1, 2]).every(hasPiece);
    return { subTorrent, peer: { hasPiece, isComplete } } as unknown as HostedPeer;
  });
}

test('an AS needs the pieces that any of its leechers has lacked, since the last reset', () => {
  const plan = { swarm: { ...FORTY, pieces: PIECES, subTorrents: 2 } } as unknown as Plan;
  const needs = new Needs(plan);
  expect(needs.count).toBe(0);
  needs.add(peersWith([0, 1, 2, 3, 4]));
  expect(needs.count).toBe(0);
  needs.add(peersWith([0, 1, 2, 4]));
  expect(needs.count).toBe(1);
  needs.add(peersWith([0, 1, 3]));
  expect(needs.count).toBe(3);
  needs.add(peersWith([]));
  expect(needs.count).toBe(PIECES);
  needs.reset();
  needs.add(peersWith([1, 2, 3, 4]));
  expect(needs.count).toBe(1);
});
