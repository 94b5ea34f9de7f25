/**
 * The rules of docs/protocol.md about the end of a download, and about blocks that do not come in
 * time, section Download: one test each. Pieces have four blocks; block 4 is the first of piece 1.
 */

import { describe, expect, test } from 'vitest';

import { CLIENTS, type Connection, NO_BLOCK, type Peer } from '../src/index.ts';
import { block, blockPeer, type BlockPeerOptions, ONLY, piece } from './single-peer.ts';
import { BLOCK_BITS, type TestSwarm } from './test-swarm.ts';

const [FIRST, SECOND, THIRD] = [0, 1, 2] as [Connection, Connection, Connection];

/** Unless a test says otherwise. */
const OF_TESTS = { endgameCancels: true, requestTimeoutMs: 60_000 };

/** X, whose neighbours have all pieces. N0 has unchoked it and is asked for all of one piece. */
function nearTheEnd(options: BlockPeerOptions = {}): { swarm: TestSwarm; peer: Peer } {
  const client = { ...OF_TESTS, ...options.client };
  const { swarm, peer } = blockPeer({ pieces: 1, neighbours: 3, ...options, client });
  for (const connection of [FIRST, SECOND, THIRD]) peer.have(connection, piece(0));
  peer.unchoke(FIRST);
  swarm.takeTranscript();
  return { swarm, peer };
}

describe('Endgame, strict (libtorrent: strict_end_game_mode, request_blocks.cpp)', () => {
  test('one block that another is asked for is requested where nothing else is', () => {
    const { swarm, peer } = nearTheEnd();
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).toBe('X → N1  request(0)');
  });

  test('a block is requested from one more peer at most', () => {
    const { swarm, peer } = nearTheEnd();
    peer.unchoke(SECOND);
    peer.unchoke(THIRD);
    expect(swarm.takeTranscript()).toBe('X → N1  request(0)\nX → N2  request(1)');
  });

  test('the block is drawn at random', () => {
    const { swarm, peer } = nearTheEnd({
      random: { below: (bound) => bound - 1, unit: () => 0 },
    });
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).toBe('X → N1  request(3)');
  });

  test('it does not begin while a missing piece is not under way', () => {
    const { swarm, peer } = blockPeer({ pieces: 2, neighbours: 2 });
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(0));
    peer.unchoke(FIRST);
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).not.toContain('X → N1  request');
  });

  test('it begins on starving connections when the last free block is requested', () => {
    const client = { requestQueueStart: 8 };
    const { swarm, peer } = blockPeer({ pieces: 2, neighbours: 2, client });
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(0));
    peer.unchoke(FIRST);
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).not.toContain('X → N1  request');
    peer.have(FIRST, piece(1));
    // N1 lacks piece 1, so it may help with piece 0.
    expect(swarm.takeTranscript()).toBe('X → N0  request(4..7)\nX → N1  request(0)');
  });

  test('a block that arrives is cancelled elsewhere, and another is requested there', () => {
    const { swarm, peer } = nearTheEnd();
    peer.unchoke(SECOND);
    swarm.takeTranscript();
    peer.piece(SECOND, block(0), 1);
    expect(swarm.takeTranscript()).toBe('X → N0  cancel(0)\nX → N1  request(1)');
    expect(peer.outstandingOn(FIRST)).toBe(3);
  });

  test('only what was requested is cancelled', () => {
    const { swarm, peer } = nearTheEnd();
    peer.unchoke(SECOND);
    swarm.takeTranscript();
    peer.piece(FIRST, block(0), 4);
    expect(swarm.takeTranscript()).toContain('X → N1  cancel(0)\n');
  });

  test('nothing is cancelled by libtorrent, so that the block comes twice', () => {
    const { swarm, peer } = nearTheEnd({ client: { endgameCancels: false } });
    peer.unchoke(SECOND);
    swarm.takeTranscript();
    peer.piece(SECOND, block(0), 1);
    expect(swarm.takeTranscript()).toBe('X → N1  request(1)');
    expect(peer.outstandingOn(FIRST)).toBe(4);
    peer.piece(FIRST, block(0), 1);
    expect([peer.outstandingOn(FIRST), peer.wastedBlocks]).toEqual([3, 1]);
    peer.piece(FIRST, block(1), 3);
    expect(peer.isComplete).toBe(true);
  });

  test('a block that arrives twice counts as waste, and changes nothing', () => {
    const { swarm, peer } = nearTheEnd();
    peer.unchoke(SECOND);
    peer.piece(SECOND, block(0), 1);
    swarm.takeTranscript();
    // N0 had begun it before the cancel arrived.
    peer.piece(FIRST, block(0), 1);
    expect(swarm.takeTranscript()).toBe('');
    expect(peer.wastedBlocks).toBe(1);
    peer.piece(FIRST, block(1), 3);
    expect(peer.isComplete).toBe(true);
    peer.piece(SECOND, block(1), 1);
    expect(peer.wastedBlocks).toBe(2);
  });
});

describe('Endgame of all (BEP 3; mainline: requests for all missing blocks, to all)', () => {
  const client = { endgame: 'all' } as const;

  test('all missing blocks are requested from all that hold them', () => {
    const { swarm, peer } = nearTheEnd({ client });
    peer.unchoke(SECOND);
    peer.unchoke(THIRD);
    expect(swarm.takeTranscript()).toBe('X → N1  request(0..3)\nX → N2  request(0..3)');
  });

  test('also from those that are asked for others already', () => {
    const { swarm, peer } = blockPeer({
      pieces: 1,
      neighbours: 2,
      client: { ...client, requestQueueStart: 2 },
    });
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(0));
    peer.unchoke(FIRST);
    swarm.takeTranscript();
    peer.unchoke(SECOND);
    peer.piece(FIRST, block(0), 1);
    expect(swarm.takeTranscript().split('\n')).toEqual([
      'X → N1  request(2)',
      'X → N1  request(3)',
      'X → N0  request(2..3)',
    ]);
  });

  test('what arrives is cancelled elsewhere', () => {
    const { swarm, peer } = nearTheEnd({ client });
    peer.unchoke(SECOND);
    peer.unchoke(THIRD);
    swarm.takeTranscript();
    peer.piece(SECOND, block(0), 3);
    expect(swarm.takeTranscript()).toBe('X → N0  cancel(0..2)\nX → N2  cancel(0..2)');
    peer.piece(THIRD, block(3), 1);
    expect(swarm.takeTranscript()).toContain('X → N0  cancel(3)\nX → N1  cancel(3)');
    expect(peer.isComplete).toBe(true);
  });

  test('a block is requested on 254 connections at most, as many as are counted', () => {
    const neighbours = 300;
    const { swarm, peer } = blockPeer({
      pieces: 1,
      neighbours,
      client: { endgame: 'all', requestQueueStart: 4 },
    });
    const connections = Array.from({ length: neighbours }, (_, each) => each as Connection);
    for (const connection of connections) peer.have(connection, piece(0));
    for (const connection of connections) peer.unchoke(connection);
    const asked = connections.filter((connection) => peer.outstandingOn(connection) > 0);
    expect(asked).toHaveLength(254);
    for (const connection of asked.slice(0, 253)) peer.choke(connection);
    swarm.takeTranscript();
    peer.choke(asked[253]!);
    expect(swarm.takeTranscript()).toContain('request(0..3)');
  });
});

describe('Endgame of two (Transmission: updateEndgame, at most 2 peers for a block)', () => {
  test('all missing blocks are requested from one more peer', () => {
    const { swarm, peer } = nearTheEnd({ client: { endgame: 'two' } });
    peer.unchoke(SECOND);
    peer.unchoke(THIRD);
    expect(swarm.takeTranscript()).toBe('X → N1  request(0..3)');
  });
});

describe('Timeouts (BEP 3: a minute; libtorrent: 60 s, and piece_timeout 20 s)', () => {
  test.each([
    { name: 'libtorrent', source: 'piece_timeout', timeoutMs: 20_000 },
    { name: 'mainline', source: 'none', timeoutMs: 0 },
    { name: 'transmission', source: 'RequestTtlSecs', timeoutMs: 90_000 },
  ] as const)('$name: $timeoutMs ms ($source; 0 for never)', ({ name, timeoutMs }) => {
    const { requestTimeoutMs } = CLIENTS[name].options;
    expect(requestTimeoutMs).toBe(timeoutMs);
    const { swarm, peer } = nearTheEnd({ client: { requestTimeoutMs } });
    swarm.nowMs = timeoutMs - 1;
    peer.rechoke();
    expect(swarm.takeTranscript()).not.toContain('cancel');
    swarm.nowMs = timeoutMs === 0 ? 1e9 : timeoutMs;
    peer.rechoke();
    expect(swarm.takeTranscript().includes('cancel')).toBe(timeoutMs > 0);
  });

  test.each([
    { rule: 'a peer that has sent nothing for 60 s is snubbing us', nowMs: 60_000, cancels: true },
    { rule: 'not before', nowMs: 59_999, cancels: false },
  ])('$rule', ({ nowMs, cancels }) => {
    const { swarm, peer } = nearTheEnd();
    swarm.nowMs = nowMs;
    peer.rechoke();
    expect(swarm.takeTranscript().includes('X → N0  cancel(0..1)')).toBe(cancels);
  });

  test.each([
    { rule: 'the arrival of a block', arrive: (peer: Peer) => peer.piece(FIRST, block(0), 1) },
    {
      rule: 'the arrival of all bits of a block',
      arrive: (peer: Peer) => peer.arriving(FIRST, BLOCK_BITS, 1),
    },
  ])('$rule begins the 60 s anew', ({ arrive }) => {
    const { swarm, peer } = nearTheEnd();
    swarm.nowMs = 30_000;
    arrive(peer);
    swarm.nowMs = 89_999;
    peer.rechoke();
    expect(swarm.takeTranscript()).not.toContain('cancel');
    swarm.nowMs = 90_000;
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N0  cancel');
  });

  test('a few bits now and then do not: a peer that trickles snubs us, too', () => {
    const { swarm, peer } = nearTheEnd();
    for (let nowMs = 1_000; nowMs < 60_000; nowMs += 1_000) {
      swarm.nowMs = nowMs;
      peer.arriving(FIRST, 10, 0.01);
      peer.rechoke();
    }
    expect(swarm.takeTranscript()).not.toContain('cancel');
    swarm.nowMs = 60_000;
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N0  cancel');
    peer.arriving(FIRST, 10, 0.01);
    expect(peer.isSnubbing(FIRST)).toBe(true);
  });

  test('what two that snub us are asked for is requested from a third', () => {
    const { swarm, peer } = nearTheEnd({ client: { requestQueueStart: 1, requestQueueMin: 1 } });
    peer.unchoke(SECOND);
    for (const nowMs of [60_000, 120_000]) {
      swarm.nowMs = nowMs;
      for (const connection of [FIRST, SECOND]) peer.arriving(connection, 10, 0.01);
      peer.rechoke();
    }
    expect([FIRST, SECOND].map((connection) => peer.isSnubbing(connection))).toEqual([true, true]);
    swarm.takeTranscript();
    peer.unchoke(THIRD);
    expect(swarm.takeTranscript()).toContain('X → N2  request');
  });

  test('the time without a request does not count', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, client: OF_TESTS });
    peer.unchoke(ONLY);
    swarm.nowMs = 100_000;
    peer.have(ONLY, piece(0));
    swarm.takeTranscript();
    swarm.nowMs = 159_999;
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('');
    swarm.nowMs = 160_000;
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('cancel');
  });

  test('its blocks are requested elsewhere, and one at a time from it', () => {
    const { swarm, peer } = nearTheEnd({ pieces: 2 });
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(1));
    peer.unchoke(THIRD); // It has piece 0 only, which N0 is asked for.
    swarm.takeTranscript();
    swarm.nowMs = 60_000;
    peer.rechoke();
    expect(swarm.takeTranscript().split('\n')).toEqual([
      'X → N0  cancel(0..1)',
      'X → N0  cancel(2..3)',
      'X → N2  request(0..1)',
      'X → N2  request(2..3)',
      'X → N0  request(4)',
    ]);
    expect(peer.outstandingOn(FIRST)).toBe(1);
  });

  test('a block that comes late is accepted, cancelled elsewhere, and ends the snubbing', () => {
    const { swarm, peer } = nearTheEnd();
    swarm.nowMs = 30_000;
    peer.unchoke(SECOND);
    swarm.nowMs = 60_000;
    peer.rechoke();
    const before = swarm.takeTranscript();
    expect(before).toContain('X → N1  request');
    expect(peer.outstandingOn(FIRST)).toBe(0);
    peer.piece(FIRST, block(2), 1);
    expect(swarm.takeTranscript()).toContain('cancel(2)');
    expect(peer.wastedBlocks).toBe(0);
    peer.choke(FIRST);
    peer.choke(SECOND);
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  request(0..1)\nX → N0  request(3)');
  });

  test('the only one that holds a piece is asked again, one block each time', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, client: OF_TESTS });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    for (const nowMs of [60_000, 120_000]) {
      swarm.takeTranscript();
      swarm.nowMs = nowMs;
      peer.rechoke();
      expect(swarm.takeTranscript()).toMatch(/cancel\(\d.*\n?X → N0 {2}request\(0\)$/);
    }
    expect(peer.outstandingOn(ONLY)).toBe(1);
  });

  test('a leader may take any time, since it may have to get the piece first', () => {
    const setup = { role: 'follower', leaders: ['N0'] } as const;
    const { swarm, peer } = blockPeer({ pieces: 1, setup });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    swarm.takeTranscript();
    swarm.nowMs = 1e9;
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('');
  });
});

describe('A host that verifies pieces', () => {
  const setUp = (): { swarm: TestSwarm; peer: Peer } => {
    const { swarm, peer } = blockPeer({ pieces: 1, neighbours: 2, hostVerifies: true });
    for (const connection of [FIRST, SECOND]) peer.have(connection, piece(0));
    peer.unchoke(FIRST);
    peer.piece(FIRST, block(0), 4);
    peer.unchoke(SECOND);
    return { swarm, peer };
  };

  test('learns that all blocks have arrived; nothing is announced or requested meanwhile', () => {
    const { swarm, peer } = setUp();
    expect(peer.isReceived(piece(0))).toBe(true);
    expect(peer.hasPiece(piece(0))).toBe(false);
    expect(swarm.takeTranscript()).not.toMatch(/have|X → N1 {2}request/);
  });

  test('lets a piece be stored and announced', () => {
    const { swarm, peer } = setUp();
    swarm.takeTranscript();
    peer.verified(piece(0));
    expect(swarm.takeTranscript().split('\n')).toEqual([
      'X → N0  have(0)',
      'X → N1  have(0)',
      'X is complete',
      'X → N0  not-interested',
      'X → N1  not-interested',
    ]);
  });

  test('lets a piece that is damaged be requested again, from all that hold it', () => {
    const { swarm, peer } = setUp();
    swarm.takeTranscript();
    peer.discard(block(0), 4);
    expect(peer.isReceived(piece(0))).toBe(false);
    expect(swarm.takeTranscript().split('\n')).toEqual([
      'X → N0  request(0..1)',
      'X → N0  request(2..3)',
      'X → N1  request(0)',
    ]);
  });
});

describe('Leaders and followers', () => {
  const follower = { setup: { role: 'follower', leaders: ['N0'] } } as const;

  test('a follower repeats the blocks that have not come when its leader has the piece', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, ...follower });
    peer.have(ONLY, piece(0));
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toContain('X → N0  request(0..3)');
    peer.piece(ONLY, block(1), 1);
    swarm.takeTranscript();
    peer.have(ONLY, piece(0));
    expect(swarm.takeTranscript()).toBe('X → N0  request(0)\nX → N0  request(2..3)');
  });

  test('a leader that lacks the piece does not answer, and prefers it', () => {
    const { swarm, peer } = blockPeer({ pieces: 3, neighbours: 2, setup: { role: 'leader' } });
    for (const index of [0, 1, 2]) peer.have(FIRST, piece(index));
    peer.request(SECOND, block(8), 2);
    expect(swarm.takeTranscript()).not.toContain('⇒');
    expect(peer.nextToSend(SECOND)).toBe(NO_BLOCK);
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain('X → N0  request(8..9)\nX → N0  request(10..11)');
  });
});
