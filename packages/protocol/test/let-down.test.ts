/**
 * The rules of docs/protocol.md about leaders that give nothing, section Roles: one test each. X
 * follows N0, and N1 is a peer of its AS.
 */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, type Connection, type Peer, type PeerId } from '../src/index.ts';
import { block, blockPeer, type BlockPeerOptions, piece, singlePeer } from './single-peer.ts';
import { type TestSwarm, WHOLE_PIECES } from './test-swarm.ts';

const [LEADER, OTHER] = [0, 1] as [Connection, Connection];
const TWO_MINUTES = 120_000;
const TEN_MINUTES = 600_000;

interface Following {
  readonly swarm: TestSwarm;
  readonly peer: Peer;
}

/** X, which chokes its leader as its leader chokes it, and which lacks a piece that this has. */
function following(options: BlockPeerOptions = {}): Following {
  const setup = { role: 'follower', leaders: ['N0'] } as const;
  const each = blockPeer({ pieces: 2, neighbours: 2, setup, ...options });
  each.peer.have(LEADER, piece(0));
  return each;
}

const isLetDownAt = ({ swarm, peer }: Following, nowMs: number): boolean => {
  swarm.nowMs = nowMs;
  peer.rechoke();
  return peer.isLetDown();
};

describe('A follower is let down', () => {
  test.each([
    { rule: 'if nobody of its AS has got a piece for ten minutes', atMs: TEN_MINUTES, is: true },
    { rule: 'not before', atMs: TEN_MINUTES - 1, is: false },
  ])('$rule, though its leader could', ({ atMs, is }) => {
    expect(isLetDownAt(following(), atMs)).toBe(is);
  });

  test('not if its leader holds nothing that it lacks', () => {
    const setup = { role: 'follower', leaders: ['N0'] } as const;
    const each = blockPeer({ pieces: 2, setup });
    expect(isLetDownAt(each, 10 * TWO_MINUTES)).toBe(false);
  });

  test('not if its leader has unchoked it: this has to get the piece first', () => {
    const each = following();
    each.peer.unchoke(LEADER);
    expect(isLetDownAt(each, 10 * TWO_MINUTES)).toBe(false);
  });

  test('not if anybody has sent it a block', () => {
    const each = following();
    each.peer.have(OTHER, piece(1));
    each.peer.unchoke(OTHER);
    each.swarm.nowMs = 60_000;
    each.peer.piece(OTHER, block(4), 1);
    expect(isLetDownAt(each, TWO_MINUTES + 59_999)).toBe(false);
    // It looks for the first time at what others of its AS have got.
    expect(isLetDownAt(each, TWO_MINUTES + 60_000)).toBe(false);
    expect(isLetDownAt(each, 2 * TWO_MINUTES + 60_000)).toBe(true);
  });

  test('not while others of its AS get pieces, since its leaders are only slow', () => {
    const each = following({ pieces: 3, neighbours: 3 });
    each.peer.have(OTHER, piece(1));
    expect(isLetDownAt(each, TWO_MINUTES)).toBe(false);
    each.peer.have(OTHER, piece(2));
    expect(isLetDownAt(each, 2 * TWO_MINUTES)).toBe(false);
    expect(isLetDownAt(each, 3 * TWO_MINUTES - 1)).toBe(false);
    expect(isLetDownAt(each, 3 * TWO_MINUTES)).toBe(true);
    expect(isLetDownAt(each, 4 * TWO_MINUTES), 'and again').toBe(true);
  });

  test('not if bits of a block arrive', () => {
    const each = following();
    each.swarm.nowMs = 60_000;
    each.peer.arriving(OTHER, 10, 0.01);
    expect(isLetDownAt(each, TWO_MINUTES + 59_999)).toBe(false);
    each.peer.arriving(OTHER, 0, 0);
    expect(isLetDownAt(each, TWO_MINUTES + 60_000)).toBe(true);
  });

  test('not if another leader has unchoked it', () => {
    const each = following();
    each.peer.setLeaders([each.peer.remoteOf(LEADER), each.peer.remoteOf(OTHER)]);
    each.peer.unchoke(OTHER);
    expect(isLetDownAt(each, TEN_MINUTES)).toBe(false);
    each.peer.choke(OTHER);
    expect(isLetDownAt(each, TEN_MINUTES)).toBe(true);
  });

  test('not by leaders to which it has no connection', () => {
    const each = following();
    each.peer.setLeaders([99 as PeerId]);
    expect(isLetDownAt(each, 10 * TWO_MINUTES)).toBe(false);
  });

  test('not by leaders that it follows for less than ten minutes', () => {
    const each = following();
    each.swarm.nowMs = 60_000;
    each.peer.setLeaders([each.peer.remoteOf(LEADER)]);
    expect(isLetDownAt(each, TEN_MINUTES + 59_999)).toBe(false);
    expect(isLetDownAt(each, TEN_MINUTES + 60_000)).toBe(true);
  });

  test('not when it is complete, nor when it leads or follows nobody', () => {
    const complete = following({ pieces: 1 });
    complete.peer.piece(OTHER, block(0), 4);
    expect(complete.peer.isComplete).toBe(true);
    expect(isLetDownAt(complete, 10 * TWO_MINUTES)).toBe(false);
    const leading = following();
    leading.peer.setRole('leader', [], () => true);
    expect(isLetDownAt(leading, 10 * TWO_MINUTES)).toBe(false);
    const plain = blockPeer({ quirks: CLIENT_QUIRKS });
    plain.peer.have(LEADER, piece(0));
    expect(isLetDownAt(plain, 10 * TWO_MINUTES)).toBe(false);
  });

  test('just as well where pieces are moved whole', () => {
    const setup = { role: 'follower', leaders: ['N0'] } as const;
    const each = singlePeer({ neighbours: 2, quirks: WHOLE_PIECES, setup });
    each.peer.have(LEADER, piece(0));
    each.peer.have(OTHER, piece(1));
    each.peer.unchoke(OTHER);
    each.swarm.nowMs = 60_000;
    each.peer.piece(OTHER, block(1), 1);
    expect(isLetDownAt(each, TWO_MINUTES + 59_999)).toBe(false);
    expect(isLetDownAt(each, TWO_MINUTES + 60_000)).toBe(true);
  });
});
