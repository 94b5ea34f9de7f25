/**
 * Calls of a peer that the host over TCP makes and the simulator does not: a neighbour withdraws a
 * piece (BEP 54), rejects a request or sends a damaged piece; a connection has its own backlog.
 */

import { expect, test } from 'vitest';

import type { BlockIndex, Connection, PieceIndex } from '../src/index.ts';
import { TestSwarm } from './test-swarm.ts';

const [first, second] = [0, 1] as Connection[];
const piece = (index: number) => index as PieceIndex;
const block = (index: number) => index as BlockIndex;

/** X with two neighbours that have unchoked it. */
function unchokedPeer(pieces: number) {
  const swarm = new TestSwarm(pieces, { backlog: 1 });
  const [peer] = swarm.addPeers({ X: {}, A: {}, B: {} });
  swarm.connect('X', 'A');
  swarm.connect('X', 'B');
  for (const connection of [first!, second!]) peer!.unchoke(connection);
  swarm.takeTranscript();
  return { swarm, peer: peer! };
}

test('a withdrawn piece that was requested is requested from another neighbour that holds it', () => {
  const { swarm, peer } = unchokedPeer(1);
  peer.have(first!, piece(0));
  peer.have(second!, piece(0));
  expect(swarm.takeTranscript()).toBe('X → A  interested\nX → A  request(0)\nX → B  interested');
  peer.dontHave(first!, piece(0));
  expect(swarm.takeTranscript()).toBe('X → A  not-interested\nX → B  request(0)');
});

test('a withdrawn piece is not requested from the same neighbour before a new have', () => {
  const { swarm, peer } = unchokedPeer(1);
  peer.have(first!, piece(0));
  peer.dontHave(first!, piece(0));
  swarm.takeTranscript();
  peer.unchoke(first!);
  expect(swarm.takeTranscript()).toBe('');
  peer.have(first!, piece(0));
  expect(swarm.takeTranscript()).toBe('X → A  interested\nX → A  request(0)');
});

test('another piece takes the place of a withdrawn one in the backlog', () => {
  const { swarm, peer } = unchokedPeer(2);
  peer.have(first!, piece(0));
  peer.have(first!, piece(1));
  expect(swarm.takeTranscript()).toContain('request(0)');
  peer.dontHave(first!, piece(0));
  expect(swarm.takeTranscript()).toBe('X → A  request(1)');
});

test('the withdrawal of a piece that was never announced has no effect', () => {
  const { swarm, peer } = unchokedPeer(1);
  peer.dontHave(first!, piece(0));
  peer.have(second!, piece(0));
  expect(swarm.takeTranscript()).toBe('X → B  interested\nX → B  request(0)');
});

test('a withdrawal and a later disconnect do not decrement the availability twice', () => {
  const { peer } = unchokedPeer(1);
  peer.have(first!, piece(0));
  peer.dontHave(first!, piece(0));
  peer.disconnect(first!);
  peer.have(second!, piece(0));
  peer.piece(second!, block(0), 1);
  expect(peer.isComplete).toBe(true);
});
