/**
 * The rules of docs/protocol.md about blocks, sections Piece picking and Download: one test each.
 * Pieces have four blocks; block 4 is the first of piece 1. A source in parentheses is a function
 * or setting of libtorrent 2.0, a section of BEP 3, or of mainline, the reference client.
 */

import { describe, expect, test } from 'vitest';

import {
  type BlockIndex,
  bitsOfSpan,
  blocksOf16KiB,
  blocksOfPiece,
  CLIENT_QUIRKS,
  CLIENTS,
  type Connection,
  type Peer,
  wholePieces,
} from '../src/index.ts';
import { block, blockPeer, ONLY, piece, singlePeer } from './single-peer.ts';
import { alwaysFirst, BLOCK_BITS, fourBlocks } from './test-swarm.ts';

const [FIRST, SECOND, THIRD] = [0, 1, 2] as [Connection, Connection, Connection];

/** Announces pieces on a connection. */
function announce(peer: Peer, connection: Connection, ...pieces: number[]): void {
  for (const index of pieces) peer.have(connection, piece(index));
}

/** Receives all blocks of pieces. */
function receivePieces(peer: Peer, connection: Connection, ...pieces: number[]): void {
  for (const index of pieces) peer.piece(connection, block(4 * index), 4);
}

describe('Blocks', () => {
  test.each([
    { what: 'the first piece', index: 0, blocks: 4 },
    { what: 'the last piece, which is shorter', index: 2, blocks: 3 },
  ])('$what has $blocks blocks', ({ index, blocks }) => {
    expect(blocksOfPiece(blocksOf16KiB(3, 4 * BLOCK_BITS, 2.5 * BLOCK_BITS), index)).toBe(blocks);
  });

  test.each([
    { what: 'a block', first: 1, count: 1, bits: BLOCK_BITS },
    { what: 'a span', first: 1, count: 3, bits: 3 * BLOCK_BITS },
    { what: 'the last block of the file', first: 10, count: 1, bits: BLOCK_BITS / 2 },
    { what: 'a span with the last block', first: 8, count: 3, bits: 2.5 * BLOCK_BITS },
  ])('$what has its bits', ({ first, count, bits }) => {
    const layout = blocksOf16KiB(3, 4 * BLOCK_BITS, 2.5 * BLOCK_BITS);
    expect(bitsOfSpan(layout, first as BlockIndex, count)).toBe(bits);
  });

  test('a block of a piece that is no multiple of 16 KiB is shorter, in each piece', () => {
    const layout = blocksOf16KiB(2, 1.5 * BLOCK_BITS);
    expect([0, 1, 2, 3].map((each) => bitsOfSpan(layout, each as BlockIndex, 1))).toEqual([
      BLOCK_BITS,
      BLOCK_BITS / 2,
      BLOCK_BITS,
      BLOCK_BITS / 2,
    ]);
  });

  test('a piece that is moved whole is one block', () => {
    expect(bitsOfSpan(wholePieces(3, 7_000), 1 as BlockIndex, 1)).toBe(7_000);
  });

  test('no more is requested of the last piece than it has', () => {
    const { swarm, peer } = blockPeer({ pieces: 2, layout: fourBlocks(2, 2.5) });
    announce(peer, ONLY, 1);
    swarm.takeTranscript();
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe('X → N0  request(4..5)\nX → N0  request(6)');
    peer.piece(ONLY, block(4), 3);
    expect(peer.hasPiece(piece(1))).toBe(true);
  });
});

describe('Partial pieces', () => {
  test('blocks are kept over a choke (libtorrent, mainline: a choke loses requests only)', () => {
    const { swarm, peer } = blockPeer({ pieces: 1 });
    announce(peer, ONLY, 0);
    peer.unchoke(ONLY);
    peer.piece(ONLY, block(0), 2);
    peer.choke(ONLY);
    swarm.takeTranscript();
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe('X → N0  request(2..3)');
  });

  test('blocks are kept when the peer leaves that sent them, and another sends the rest', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, neighbours: 2 });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    peer.unchoke(FIRST);
    peer.piece(FIRST, block(0), 1);
    peer.disconnect(FIRST);
    swarm.takeTranscript();
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).toBe('X → N1  request(1..2)\nX → N1  request(3)');
    peer.piece(SECOND, block(1), 3);
    expect(swarm.takeTranscript()).toContain('X is complete');
  });

  test('blocks that a choke has lost are requested at once where nothing else is left', () => {
    const { swarm, peer } = blockPeer({ pieces: 1, neighbours: 2, client: { endgame: 'strict' } });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    peer.unchoke(FIRST);
    peer.unchoke(SECOND); // Nothing is left for it but a block in endgame.
    expect(swarm.takeTranscript()).toContain('X → N1  request(0)');
    peer.choke(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N1  request(1..2)\nX → N1  request(3)');
  });

  test('several connections serve one piece (piece_picker.cpp: free blocks are picked normally)', () => {
    const { swarm, peer } = blockPeer({
      pieces: 1,
      layout: blocksOf16KiB(1, 8 * BLOCK_BITS),
      neighbours: 2,
    });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript().split('\n')).toEqual([
      'X → N0  request(0..1)',
      'X → N0  request(2..3)',
      'X → N1  request(4..5)',
      'X → N1  request(6..7)',
    ]);
    peer.piece(SECOND, block(4), 4);
    expect(peer.storedCount).toBe(0);
    peer.piece(FIRST, block(0), 4);
    expect(peer.isComplete).toBe(true);
  });

  test('a block that was not requested is kept, too, and not requested after that', () => {
    const { swarm, peer } = blockPeer({ pieces: 1 });
    announce(peer, ONLY, 0);
    peer.piece(ONLY, block(1), 1);
    swarm.takeTranscript();
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toBe('X → N0  request(0)\nX → N0  request(2..3)');
  });

  test('the last free block may arrive without a request: nothing is left to request', () => {
    const options = { pieces: 1, neighbours: 3, client: { requestQueueStart: 3 } };
    const { swarm, peer } = blockPeer(options);
    for (const connection of [FIRST, SECOND, THIRD]) announce(peer, connection, 0);
    peer.unchoke(FIRST);
    swarm.takeTranscript();
    expect(peer.outstandingOn(FIRST)).toBe(3);
    // N1 had begun block 3 when it choked the peer, long ago.
    peer.piece(SECOND, block(3), 1);
    peer.unchoke(THIRD); // Endgame, since nothing is free.
    expect(swarm.takeTranscript()).toBe('X → N2  request(0)');
    peer.piece(FIRST, block(0), 3);
    expect(peer.isComplete).toBe(true);
  });
});

describe('Order of picking', () => {
  /** Draws the last of equals, so that no draw looks like the first in order. */
  const alwaysLast = { below: (bound: number) => bound - 1, unit: () => 0 };
  const rate = (peer: Peer, kbps: number) => peer.arriving(FIRST, 0, kbps);

  test.each([
    {
      rule: 'the first four pieces are picked at random, the rarest or not',
      source: 'initial_picker_threshold 4; mainline: rarest_first_cutoff 4',
      stored: [],
      first: 6,
    },
    {
      rule: 'also if three are stored',
      source: 'initial_picker_threshold 4',
      stored: [0, 1, 2],
      first: 6,
    },
    {
      rule: 'then the rarest',
      source: 'BEP 3: rarest first; Legout et al. 2006',
      stored: [0, 1, 2, 3],
      first: 5,
    },
    {
      rule: 'or still any, if the order is random',
      source: 'Transmission 4.0, peer-mgr-wishlist.cc',
      stored: [0, 1, 2, 3],
      pieceOrder: 'random',
      first: 6,
    },
    {
      rule: 'or the first of the file from the start, if they are begun in order',
      source: 'libtorrent, piece_picker.cpp: sequential',
      stored: [],
      pieceOrder: 'in-order',
      first: 4,
    },
  ] as const)('$rule ($source)', ({ stored, first, ...rest }) => {
    const client = 'pieceOrder' in rest ? { pieceOrder: rest.pieceOrder } : {};
    const setup = { holds: stored };
    const options = { pieces: 7, neighbours: 2, random: alwaysLast, setup, client };
    const { swarm, peer } = blockPeer(options);
    announce(peer, FIRST, 4, 5, 6);
    announce(peer, SECOND, 4, 6); // Piece 5 is the rarest.
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain(`X → N0  request(${4 * first}..${4 * first + 1})`);
  });

  test.each([
    {
      rule: 'a partial piece before others of the same rarity',
      source: 'piece_picker.hpp, piece_pos::priority',
      partialPieces: 'among-rarest',
      rarer: false,
      first: 4,
    },
    {
      rule: 'but not before a rarer one',
      source: 'piece_picker.hpp, piece_pos::priority',
      partialPieces: 'among-rarest',
      rarer: true,
      first: 5,
    },
    {
      rule: 'partial pieces before all others, if so chosen',
      source: 'mainline 3.9, PiecePicker.next: strict priority',
      partialPieces: 'first',
      rarer: true,
      first: 4,
    },
  ] as const)('$rule ($source)', ({ partialPieces, rarer, first }) => {
    const { swarm, peer } = blockPeer({
      pieces: 6,
      neighbours: 2,
      random: alwaysLast,
      setup: { holds: [0, 1, 2, 3] },
      client: { partialPieces },
    });
    announce(peer, FIRST, 4, 5);
    announce(peer, SECOND, 4, ...(rarer ? [] : [5]));
    peer.piece(SECOND, block(16), 1); // Piece 4 is partial.
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    const begin = first === 4 ? 17 : 20;
    expect(swarm.takeTranscript()).toContain(`X → N0  request(${begin}..${begin + 1})`);
  });

  test.each([
    { rule: 'from a seed, too', partialPieces: 'first', begin: 1 },
    { rule: 'but a seed is asked for other pieces', partialPieces: 'seeds-apart', begin: 4 },
  ] as const)(
    'partial pieces before all others, $rule (mainline: PiecePicker.next, seedstarted)',
    ({ partialPieces, begin }) => {
      const { swarm, peer } = blockPeer({
        pieces: 2,
        neighbours: 2,
        client: { partialPieces, randomFirstPieces: 0 },
      });
      announce(peer, FIRST, 0, 1);
      announce(peer, SECOND, 0);
      peer.piece(SECOND, block(0), 1); // Piece 0 is partial.
      swarm.takeTranscript();
      peer.unchoke(FIRST);
      expect(swarm.takeTranscript()).toContain(`X → N0  request(${begin}..${begin + 1})`);
      // The rest of the piece that was begun with the seed comes first when it unchokes again.
      peer.piece(FIRST, block(begin), 1);
      peer.choke(FIRST);
      swarm.takeTranscript();
      peer.unchoke(FIRST);
      expect(swarm.takeTranscript()).toContain(`X → N0  request(${begin + 1}..${begin + 2})`);
    },
  );

  test.each([
    { rule: 'but first if they are more than 1.5 for each neighbour', partial: 4, begin: 1 },
    { rule: 'and among equally rare ones, if they are not more', partial: 3, begin: 20 },
  ])('$rule (piece_picker::pick_pieces)', ({ partial, begin }) => {
    const { swarm, peer } = blockPeer({
      pieces: 10,
      neighbours: 2,
      setup: { holds: [6, 7, 8, 9] },
    });
    announce(peer, FIRST, 0, 1, 2, 3, 4, 5);
    announce(peer, SECOND, 0, 1, 2, 3, 4);
    // Piece 5 is rarer. Others have blocks; the first of those of which the rarest is asked for.
    for (let index = 0; index < partial; index++) peer.piece(SECOND, block(4 * index), 1);
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain(`X → N0  request(${begin}..${begin + 1})`);
  });

  test('first if they are more than 2,048 blocks, and no piece is taken whole (pick_pieces)', () => {
    const layout = { ...fourBlocks(8), blocksPerPiece: 2_000 };
    const client = { requestQueueStart: 2 };
    const { swarm, peer } = blockPeer({ pieces: 8, neighbours: 2, layout, client });
    peer.restore([piece(4), piece(5), piece(6), piece(7)]);
    announce(peer, FIRST, 0, 1, 2, 3);
    announce(peer, SECOND, 0, 1);
    for (const index of [0, 1]) peer.piece(SECOND, block(2_000 * index), 1);
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain('X → N0  request(1)\nX → N0  request(2)');
  });

  test.each([
    { rule: 'the one of which most has arrived', received: [1, 2], first: 6 },
    { rule: 'and what is requested counts as missing', received: [0, 1], first: 5 },
    { rule: 'any, if nothing has arrived', received: [0, 0], first: 8 },
  ])('fewest-missing: $rule (Transmission 4.0: peer-mgr-wishlist.cc)', ({ received, first }) => {
    const { swarm, peer } = blockPeer({
      neighbours: 2,
      random: alwaysLast,
      client: { ...CLIENTS.transmission.options, requestQueueMin: 2, requestQueueStart: 2 },
    });
    announce(peer, SECOND, 0, 1, 2);
    announce(peer, FIRST, 0, 1, 2);
    for (const [index, count] of received.entries()) {
      if (count > 0) peer.piece(SECOND, block(4 * index), count);
    }
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript().split('\n')[0]).toBe(`X → N0  request(${first})`);
  });

  test.each([
    { pieceOrder: 'random', first: 8 },
    { pieceOrder: 'in-order', first: 0 },
    { pieceOrder: 'rarest', first: 4 },
  ] as const)('fewest-missing: among equal ones, $pieceOrder (here)', ({ pieceOrder, first }) => {
    const { swarm, peer } = blockPeer({
      neighbours: 2,
      random: alwaysLast,
      client: { partialPieces: 'fewest-missing', pieceOrder, randomFirstPieces: 0 },
    });
    announce(peer, FIRST, 0, 1, 2);
    announce(peer, SECOND, 0, 2); // Piece 1 is the rarest.
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain(`X → N0  request(${first}..${first + 1})`);
  });

  test('among the first pieces, too, partial ones come before others (prioritize_partials)', () => {
    const { swarm, peer } = blockPeer({ random: alwaysLast });
    announce(peer, FIRST, 0, 1, 2, 3);
    peer.piece(FIRST, block(4), 1);
    swarm.takeTranscript();
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toContain('X → N0  request(5..6)\nX → N0  request(7)');
  });

  // A piece has 524 kbit, so 27 kbit/s deliver it in 20 s.
  test.each([
    { rule: 'a slow connection joins others in a piece', kbps: 26, requested: '6..7' },
    { rule: 'a fast one takes a piece to itself', kbps: 27, requested: '8..11' },
  ])('$rule (whole_pieces_threshold 20 s)', ({ kbps, requested }) => {
    const { swarm, peer } = blockPeer({ neighbours: 2, client: { requestQueueStart: 2 } });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 1, 2);
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).toContain('X → N1  request(4)\nX → N1  request(5)');
    rate(peer, kbps);
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript().split('\n')[0]).toBe(
      `X → N0  request(${requested === '6..7' ? '6' : requested})`,
    );
  });

  describe('a fast connection that delivers three pieces in 20 s', () => {
    /** N0 holds pieces 4 to 8, of which 6 is the rarest; N1 may be asked for all of piece 5. */
    function requestsOf(others: readonly number[], asksForFifth: boolean): string[] {
      const setup = { holds: [0, 1, 2, 3] };
      const { swarm, peer } = blockPeer({ pieces: 9, neighbours: 2, setup });
      announce(peer, SECOND, 5);
      if (asksForFifth) peer.unchoke(SECOND);
      announce(peer, SECOND, ...others);
      announce(peer, FIRST, 4, 5, 6, 7, 8);
      rate(peer, 79);
      peer.unchoke(FIRST);
      for (let n = 0; n < 2; n++) {
        for (const first of [16, 20, 24, 28, 32]) {
          if (peer.isRequestedOn(FIRST, block(first), 4)) peer.piece(FIRST, block(first), 4);
        }
      }
      const lines = swarm.takeTranscript().split('\n');
      return lines.filter((line) => line.startsWith('X → N0  request'));
    }

    test('takes adjacent ones, though they are not the rarest (piece_picker::expand_piece)', () => {
      expect(requestsOf([4, 7, 8], false).slice(0, 4)).toEqual([
        'X → N0  request(16..19)',
        'X → N0  request(20..23)',
        'X → N0  request(24..27)',
        'X → N0  request(28..31)',
      ]);
    });

    test('takes none that others are asked for (can_pick)', () => {
      expect(requestsOf([4, 7, 8], true)[0]).toBe('X → N0  request(24..27)');
    });
  });

  test('a fast connection joins others if no piece is left untouched', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2, client: { requestQueueStart: 2 } });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 1);
    peer.unchoke(SECOND);
    swarm.takeTranscript();
    rate(peer, 10_000);
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  request(6..7)');
  });

  test('a fast connection continues the piece of which only it is asked', () => {
    const { swarm, peer } = blockPeer({ random: alwaysFirst, setup: { holds: [] } });
    announce(peer, FIRST, 0, 1);
    peer.unchoke(FIRST); // Requests all of piece 0 in two spans.
    peer.piece(FIRST, block(0), 2);
    peer.choke(FIRST);
    swarm.takeTranscript();
    rate(peer, 27);
    peer.unchoke(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  request(2..3)');
  });
});

describe('Request window', () => {
  const client = { wholePieceMs: 0 };

  /** How many blocks are requested of a neighbour that holds everything. */
  function windowAt(kbps: number): number {
    const { peer } = blockPeer({ pieces: 300, client });
    announce(peer, ONLY, ...Array.from({ length: 300 }, (_, index) => index));
    peer.arriving(ONLY, 0, kbps);
    peer.unchoke(ONLY);
    return peer.outstandingOn(ONLY);
  }

  test.each([
    { rule: '4 blocks while the rate is unknown', source: 'm_desired_queue_size', kbps: 0, is: 4 },
    { rule: 'at least 2', source: 'min_request_queue', kbps: 1, is: 2 },
    { rule: 'what arrives in 3 s', source: 'request_queue_time', kbps: 440, is: 11 },
    { rule: 'in proportion to the rate', source: 'request_queue_time', kbps: 4_400, is: 101 },
    { rule: 'at most 500', source: 'max_out_request_queue', kbps: 100_000, is: 500 },
  ])('is $rule ($source)', ({ kbps, is }) => {
    expect(windowAt(kbps)).toBe(is);
  });

  test('is filled again when half of it has arrived, so that a span has several blocks', () => {
    const { swarm, peer } = blockPeer({ pieces: 8, client });
    announce(peer, ONLY, 0, 1, 2, 3, 4, 5, 6, 7);
    peer.arriving(ONLY, 0, 8 * (BLOCK_BITS / 3_000));
    peer.unchoke(ONLY);
    expect(swarm.takeTranscript()).toContain('request(0..3)\nX → N0  request(4..7)');
    peer.piece(ONLY, block(0), 3);
    expect(swarm.takeTranscript()).toBe('');
    peer.piece(ONLY, block(3), 1);
    expect(swarm.takeTranscript()).toBe('X → N0  have(0)\nX → N0  request(8..11)');
  });

  test('counts what has arrived of a span before its end', () => {
    const { swarm, peer } = blockPeer({ pieces: 8, client });
    announce(peer, ONLY, 0, 1, 2, 3, 4, 5, 6, 7);
    const kbps = 8 * (BLOCK_BITS / 3_000);
    peer.arriving(ONLY, 0, kbps);
    peer.unchoke(ONLY);
    swarm.takeTranscript();
    peer.arriving(ONLY, 3.9 * BLOCK_BITS, kbps);
    expect(swarm.takeTranscript()).toBe('');
    peer.arriving(ONLY, 0.1 * BLOCK_BITS, kbps);
    expect(swarm.takeTranscript()).toBe('X → N0  request(8..11)');
  });

  test('bits that were reported early are not counted again when their block arrives', () => {
    const { swarm, peer } = blockPeer({ pieces: 8, client });
    announce(peer, ONLY, 0, 1, 2, 3, 4, 5, 6, 7);
    const kbps = 8 * (BLOCK_BITS / 3_000);
    peer.arriving(ONLY, 0, kbps);
    peer.unchoke(ONLY);
    peer.arriving(ONLY, 3 * BLOCK_BITS, kbps);
    swarm.takeTranscript();
    peer.piece(ONLY, block(0), 3);
    expect(swarm.takeTranscript()).toBe('');
  });

  test('of a follower to its leader is the backlog, in pieces: the leader may lack them', () => {
    const { peer } = blockPeer({
      pieces: 8,
      backlog: 3,
      setup: { role: 'follower', leaders: ['N0'] },
    });
    announce(peer, ONLY, 0, 1, 2, 3, 4, 5, 6, 7);
    peer.unchoke(ONLY);
    expect(peer.outstandingOn(ONLY)).toBe(12);
  });
});

describe('Interest', () => {
  test.each([
    {
      rule: 'lasts while the other side holds a piece that the peer lacks',
      source: 'libtorrent, peer_connection::update_interest',
      interestInRequestable: false,
      sent: '',
    },
    {
      rule: 'ends when nothing is left to request, under `interestInRequestable`',
      source: 'the original; mainline',
      interestInRequestable: true,
      sent: 'X → N1  not-interested',
    },
  ])('$rule ($source)', ({ interestInRequestable, sent }) => {
    const { swarm, peer } = blockPeer({
      pieces: 1,
      neighbours: 3,
      client: { requestQueueStart: 4 },
      quirks: { ...CLIENT_QUIRKS, interestInRequestable },
    });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    peer.unchoke(FIRST);
    peer.unchoke(THIRD);
    swarm.takeTranscript();
    peer.choke(SECOND);
    peer.unchoke(SECOND);
    const lines = swarm.takeTranscript().split('\n');
    expect(lines.filter((line) => line.includes('interest')).join('\n')).toBe(sent);
  });

  test('ends when a piece is stored that was the last one lacked there', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2 });
    announce(peer, FIRST, 0, 1);
    announce(peer, SECOND, 0);
    for (const connection of [FIRST, SECOND]) peer.unchoke(connection);
    swarm.takeTranscript();
    receivePieces(peer, FIRST, 0);
    expect(swarm.takeTranscript()).toContain('X → N1  not-interested');
    receivePieces(peer, FIRST, 1);
    expect(swarm.takeTranscript()).toContain('X → N0  not-interested');
  });

  test('of a choked connection ends as soon (libtorrent: on_piece_passed, update_interest)', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2 });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    receivePieces(peer, FIRST, 0);
    const transcript = swarm.takeTranscript();
    expect(transcript).toContain('X → N0  not-interested');
    expect(transcript).toContain('X → N1  not-interested');
  });

  test('is that in lacked pieces also where pieces are moved whole', () => {
    const { swarm, peer } = singlePeer({
      neighbours: 2,
      quirks: { interestInRequestable: false },
    });
    for (const connection of [FIRST, SECOND]) announce(peer, connection, 0);
    peer.unchoke(FIRST);
    swarm.takeTranscript();
    peer.unchoke(SECOND);
    expect(swarm.takeTranscript()).toBe('');
    peer.piece(FIRST, block(0), 1);
    expect(swarm.takeTranscript()).toContain('X → N1  not-interested');
  });
});
