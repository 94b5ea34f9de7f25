/**
 * The rules of docs/protocol.md about pieces that are announced and not sent, section Download: one
 * test each. Pieces have four blocks; block 4 is the first of piece 1.
 */

import { describe, expect, test } from 'vitest';

import { CLIENT_QUIRKS, type Connection, type Peer } from '../src/index.ts';
import { block, blockPeer, type BlockPeerOptions, ONLY, piece } from './single-peer.ts';
import { BLOCK_BITS, TestSwarm } from './test-swarm.ts';

const [FIRST, SECOND] = [0, 1] as [Connection, Connection];
const MINUTE = 60_000;

/** As few requests at a time as possible, and none that helps another. */
const OF_TESTS = { requestTimeoutMs: 20_000, requestQueueStart: 4, randomFirstPieces: 0 };

interface Asking {
  readonly swarm: TestSwarm;
  readonly peer: Peer;
  /** Lets the time pass to `seconds` in rounds of 10 s, and returns what X has sent by then. */
  readonly until: (seconds: number) => string[];
}

/** X, which has requested piece 0 of N0. Both N0 and N1, which chokes X, have all pieces. */
function asking(options: BlockPeerOptions = {}): Asking {
  const client = { ...OF_TESTS, ...options.client };
  const { swarm, peer } = blockPeer({ pieces: 2, neighbours: 2, ...options, client });
  for (const index of [0, 1]) {
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(index));
  }
  peer.unchoke(FIRST);
  expect(peer.isRequestedOn(FIRST, block(0), 4)).toBe(true);
  swarm.takeTranscript();
  const until = (seconds: number): string[] => {
    while (swarm.nowMs < 1_000 * seconds) {
      swarm.nowMs = Math.min(swarm.nowMs + 10_000, 1_000 * seconds);
      peer.rechoke();
    }
    return swarm.takeTranscript().split('\n');
  };
  return { swarm, peer, until };
}

const isAsked = (peer: Peer, index: number): boolean =>
  peer.isRequestedOn(FIRST, block(4 * index), 4);

describe('A piece that was requested in vain (libtorrent: request_a_block, snub_peer)', () => {
  test('is not requested there again, but another is, one block at a time', () => {
    const { until } = asking();
    expect(until(20).filter((line) => line.includes('N0'))).toEqual([
      'X → N0  cancel(0..1)',
      'X → N0  cancel(2..3)',
      'X → N0  request(4)',
    ]);
  });

  test('does not count as held there: one that is held elsewhere only once is rarer', () => {
    const { peer, until } = asking({ pieces: 3, neighbours: 4 });
    const [third, fourth] = [2, 3] as [Connection, Connection];
    peer.have(FIRST, piece(2));
    until(20); // N0 and N1 hold pieces 0 and 1, N0 holds piece 2, of which it is asked next.
    peer.choke(FIRST);
    for (const index of [0, 1, 2]) peer.have(third, piece(index));
    peer.have(SECOND, piece(2));
    peer.have(fourth, piece(0));
    // Piece 0 would have four holders, and the others three; but N0 does not count.
    for (const connection of [FIRST, SECOND, third]) expect(peer.outstandingOn(connection)).toBe(0);
    peer.unchoke(third);
    expect(peer.isRequestedOn(third, block(0), 1)).toBe(true);
  });

  test('ends the interest if nothing else is held there', () => {
    const { until } = asking({ pieces: 1 });
    expect(until(20)).toContain('X → N0  not-interested');
  });

  test.each([
    { rule: 'not before a minute has passed', afterS: 79, asked: false },
    { rule: 'after a minute', afterS: 81, asked: true },
  ])('is requested there again $rule', ({ afterS, asked }) => {
    const { peer, until } = asking({ pieces: 1 });
    until(20);
    expect(isAsked(peer, 0)).toBe(false);
    until(afterS);
    expect(isAsked(peer, 0)).toBe(asked);
  });

  test.each([
    { rule: 'the other side announces it again', act: (peer: Peer) => peer.have(FIRST, piece(0)) },
    { rule: 'a block of it arrives', act: (peer: Peer) => peer.piece(FIRST, block(0), 1) },
  ])('is requested there again as soon as $rule', ({ act }) => {
    const { peer, until } = asking({ pieces: 1 });
    until(20);
    expect(isAsked(peer, 0)).toBe(false);
    act(peer);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('is requested there again when a block of another piece arrives', () => {
    const { peer, until } = asking();
    until(20);
    peer.piece(FIRST, block(4), 1);
    peer.piece(FIRST, block(5), 3);
    expect(peer.hasPiece(piece(1))).toBe(true);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('a second time, is not requested there for ten minutes, whatever else arrives', () => {
    const { peer, until } = asking({ pieces: 1 });
    until(110); // It was requested again after 80 s.
    expect(isAsked(peer, 0)).toBe(false);
    until(690);
    expect(isAsked(peer, 0)).toBe(false);
    until(711);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('is requested there again if nobody else is known to hold it, and nothing else is left', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, client: OF_TESTS });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    for (const nowMs of [20_000, 40_000, 60_000]) {
      swarm.takeTranscript();
      swarm.nowMs = nowMs;
      peer.rechoke();
      expect(swarm.takeTranscript()).toMatch(/cancel\(\d.*\n?X → N0 {2}request\(0\)$/);
    }
  });

  test('is lacked there as before, for those who ask', () => {
    const { peer, until } = asking({ pieces: 1 });
    until(20);
    expect(peer.isLackingFrom(FIRST)).toBe(true);
    expect(peer.isLackingFrom(FIRST, Uint32Array.of(0b1))).toBe(false);
    peer.disconnect(FIRST);
    expect(peer.isLackingFrom(FIRST)).toBe(false);
  });

  test('does not count if bits arrive: a slow peer holds what it has announced', () => {
    const { swarm, peer } = asking({ pieces: 1 });
    for (let nowMs = 1_000; nowMs <= 70_000; nowMs += 1_000) {
      swarm.nowMs = nowMs;
      peer.arriving(FIRST, 10, 0.01);
      peer.rechoke();
    }
    expect(peer.isSnubbing(FIRST)).toBe(true);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('does not count without timeouts (mainline)', () => {
    const { peer, until } = asking({ client: { requestTimeoutMs: 0 } });
    until(1_000);
    expect(isAsked(peer, 0)).toBe(true);
  });
});

describe('A request that others overtake (libtorrent: drop_skipped_requests)', () => {
  /** N0 sends a block of piece 1 every 10 s, but none of piece 0. */
  function overtaken(untilS: number, blocks: readonly number[]): Asking {
    const each = asking({ client: { requestQueueStart: 16, requestQueueMin: 16 } });
    expect([isAsked(each.peer, 0), isAsked(each.peer, 1)]).toEqual([true, true]);
    let next = 0;
    for (let seconds = 10; seconds <= untilS; seconds += 10) {
      each.until(seconds);
      if (next < blocks.length) each.peer.piece(FIRST, block(blocks[next++]!), 1);
    }
    return each;
  }

  test.each([
    { rule: 'not before a minute has passed', untilS: 60, asked: true },
    { rule: 'after a minute', untilS: 70, asked: false },
  ])('is given up $rule', ({ untilS, asked }) => {
    const { peer } = overtaken(untilS, [4, 5, 6, 6, 6, 6, 6]);
    expect(isAsked(peer, 0)).toBe(asked);
    expect(peer.isSnubbing(FIRST)).toBe(false);
  });

  test('is not sent there again for ten minutes', () => {
    const { peer, until } = overtaken(70, [4, 5, 6, 6, 6, 6, 6]);
    peer.piece(FIRST, block(6), 1);
    until(660);
    expect(isAsked(peer, 0)).toBe(false);
    until(671);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('is not given up if blocks come in order, however slowly', () => {
    const { peer } = overtaken(120, [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]);
    expect(peer.isRequestedOn(FIRST, block(3), 1)).toBe(true);
  });

  test('is not given up if bits of it arrive, however slowly', () => {
    const { swarm, peer } = asking({ client: { requestQueueStart: 16, requestQueueMin: 16 } });
    for (let nowMs = 1_000; nowMs <= 200_000; nowMs += 1_000) {
      swarm.nowMs = nowMs;
      // A block takes 50 s; the host reports it with the others of its span.
      peer.arriving(FIRST, BLOCK_BITS / 50, BLOCK_BITS / 50_000);
      if (nowMs % 10_000 === 0) peer.rechoke();
    }
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('is not one of a time before the choke', () => {
    const { peer, until } = overtaken(50, [4, 5, 6, 6, 6]);
    peer.choke(FIRST);
    peer.unchoke(FIRST);
    peer.piece(FIRST, block(6), 1);
    until(60);
    expect(isAsked(peer, 0)).toBe(true);
  });

  test('may take any time at a leader', () => {
    const setup = { role: 'follower', leaders: ['N0'] } as const;
    const { swarm, peer } = blockPeer({ pieces: 2, setup, client: OF_TESTS });
    for (const index of [0, 1]) peer.have(ONLY, piece(index));
    peer.unchoke(ONLY);
    for (let nowMs = 10_000; nowMs < 10 * MINUTE; nowMs += 10_000) {
      swarm.nowMs = nowMs;
      peer.piece(ONLY, block(4), 1);
      peer.rechoke();
    }
    expect(isAsked(peer, 0)).toBe(true);
  });
});

describe('A peer that claims to hold pieces', () => {
  const claims = Uint32Array.of(0b1010);
  const setup = { holds: [2] };

  test('announces them as if it held them', () => {
    const { peer, swarm } = blockPeer({ claims, setup, neighbours: 0 });
    swarm.addPeers({ Z: {} });
    swarm.connect('X', 'Z');
    expect(swarm.takeTranscript()).toContain('X → Z  bitfield(1 2 3)');
    expect(peer.hasPiece(piece(1))).toBe(false);
  });

  test('announces them although it holds nothing, piece by piece where there is no bitfield', () => {
    const swarm = new TestSwarm(4, { claims });
    swarm.addPeers({ X: {}, Z: {} });
    swarm.connect('X', 'Z');
    expect(swarm.takeTranscript()).toContain('X → Z  have(1)\nX → Z  have(3)');
  });

  test('does not answer a request for one, and announces it again when it has got it', () => {
    const { peer, swarm } = blockPeer({ claims, setup });
    peer.interested(ONLY);
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('unchoke');
    peer.request(ONLY, block(4), 1);
    expect(peer.countToSend(ONLY)).toBe(0);
    peer.piece(ONLY, block(4), 4);
    expect(swarm.takeTranscript()).toContain('X → N0  have(1)');
    peer.request(ONLY, block(4), 1);
    expect(peer.countToSend(ONLY)).toBe(1);
  });

  test('is honest by default', () => {
    const { swarm } = blockPeer({ quirks: CLIENT_QUIRKS, setup, neighbours: 0 });
    swarm.addPeers({ Z: {} });
    swarm.connect('X', 'Z');
    expect(swarm.takeTranscript()).toContain('X → Z  bitfield(2)');
  });
});
