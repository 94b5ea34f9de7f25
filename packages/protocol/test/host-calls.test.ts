/**
 * What a host can do that a simulator need not: another takes a piece back (BEP 54), refuses it or
 * sends it broken; a connection is worth more requests than others.
 */

import { expect, test } from 'vitest';

import { type Connection, type PieceIndex } from '../src/index.ts';
import { TestSwarm } from './test-swarm.ts';

const [first, second] = [0, 1] as Connection[];
const piece = (index: number) => index as PieceIndex;

/** X with two neighbours, both unchoking it. */
function between(pieces: number) {
  const stage = new TestSwarm(pieces, { backlog: 1 });
  const [peer] = stage.addPeers({ X: {}, A: {}, B: {} });
  stage.connect('X', 'A');
  stage.connect('X', 'B');
  for (const on of [first!, second!]) peer!.unchoke(on);
  stage.takeTranscript();
  return { stage, peer: peer! };
}

test('a piece that was asked for is asked for of another who has it', () => {
  const { stage, peer } = between(1);
  peer.have(first!, piece(0));
  peer.have(second!, piece(0));
  expect(stage.takeTranscript()).toBe('X → A  interested\nX → A  request(0)\nX → B  interested');
  peer.dontHave(first!, piece(0));
  expect(stage.takeTranscript()).toBe('X → A  not-interested\nX → B  request(0)');
});

test('it is not asked for again where it was taken back, before a new have', () => {
  const { stage, peer } = between(1);
  peer.have(first!, piece(0));
  peer.dontHave(first!, piece(0));
  stage.takeTranscript();
  peer.unchoke(first!);
  expect(stage.takeTranscript()).toBe('');
  peer.have(first!, piece(0));
  expect(stage.takeTranscript()).toBe('X → A  interested\nX → A  request(0)');
});

test('another piece takes its place in the backlog', () => {
  const { stage, peer } = between(2);
  peer.have(first!, piece(0));
  peer.have(first!, piece(1));
  expect(stage.takeTranscript()).toContain('request(0)');
  peer.dontHave(first!, piece(0));
  expect(stage.takeTranscript()).toBe('X → A  request(1)');
});

test('what was never said to be held cannot be taken back', () => {
  const { stage, peer } = between(1);
  peer.dontHave(first!, piece(0));
  peer.have(second!, piece(0));
  expect(stage.takeTranscript()).toBe('X → B  interested\nX → B  request(0)');
});

test('a disconnect afterwards counts nobody twice', () => {
  const { peer } = between(1);
  peer.have(first!, piece(0));
  peer.dontHave(first!, piece(0));
  peer.disconnect(first!);
  peer.have(second!, piece(0));
  peer.piece(second!, piece(0));
  expect(peer.isComplete).toBe(true);
});

test('a host may set how many pieces are kept asked for on a connection', () => {
  const { stage, peer } = between(6);
  for (let index = 0; index < 6; index++) peer.have(first!, piece(index));
  const asked = (): number => stage.takeTranscript().match(/X → A  request/g)?.length ?? 0;
  expect(asked()).toBe(1);
  peer.setBacklog(first!, 3);
  expect(asked()).toBe(2);
  peer.setBacklog(first!, 1);
  peer.piece(first!, piece(0));
  expect(asked()).toBe(0);
});
