/**
 * The rules of docs/protocol.md, section Upload, where blocks are moved: one test each. A source in
 * parentheses is a function of libtorrent 2.0 or of mainline, the reference client.
 */

import { describe, expect, test } from 'vitest';

import {
  type ChokerName,
  CHOKERS,
  CLIENTS,
  type Connection,
  NO_BLOCK,
  type Peer,
} from '../src/index.ts';
import { block, blockPeer, type BlockPeerOptions, piece } from './single-peer.ts';
import type { TestSwarm } from './test-swarm.ts';

const [FIRST, SECOND, THIRD] = [0, 1, 2] as [Connection, Connection, Connection];

/** X, a seed with one slot, which it has given to N0; N0 has requested all of piece 0. */
function uploading(options: BlockPeerOptions = {}): { swarm: TestSwarm; peer: Peer } {
  const setup = { holds: [0, 1, 2, 3] };
  const { swarm, peer } = blockPeer({ neighbours: 3, setup, ...options });
  peer.interested(FIRST);
  peer.request(FIRST, block(0), 4);
  swarm.takeTranscript();
  return { swarm, peer };
}

/** How many blocks of the first span have been begun. */
function begin(swarm: TestSwarm, count: number): void {
  swarm.hostOf('X').begunCount = count;
}

describe('A request', () => {
  test('for blocks of which some are queued queues the others', () => {
    const { peer } = uploading();
    peer.request(FIRST, block(2), 1);
    peer.request(FIRST, block(8), 2);
    peer.request(FIRST, block(7), 5);
    const queue: string[] = [];
    while (peer.nextToSend(FIRST) !== NO_BLOCK) {
      queue.push(`${peer.nextToSend(FIRST)}+${peer.countToSend(FIRST)}`);
      peer.blocksSent(FIRST, peer.countToSend(FIRST));
    }
    expect(queue).toEqual(['0+4', '8+2', '7+1', '10+2']);
  });

  test('of a piece that is not held is ignored', () => {
    const { peer } = blockPeer({ setup: { holds: [0] } });
    peer.interested(FIRST);
    peer.request(FIRST, block(4), 4);
    expect(peer.nextToSend(FIRST)).toBe(NO_BLOCK);
  });
});

describe('A cancel', () => {
  test.each([
    { rule: 'of all blocks that wait stops the flow', of: [0, 4], begun: 0, left: [NO_BLOCK, 0] },
    { rule: 'of the last blocks shortens the span', of: [2, 2], begun: 0, left: [0, 2] },
    { rule: 'of the first blocks lets the others follow', of: [0, 2], begun: 0, left: [2, 2] },
    { rule: 'does not stop blocks that have been begun', of: [0, 4], begun: 1, left: [0, 1] },
    { rule: 'of others than those that have been begun', of: [0, 3], begun: 2, left: [0, 2] },
    { rule: 'of blocks that are not queued has no effect', of: [4, 4], begun: 0, left: [0, 4] },
  ])('$rule (peer_connection::incoming_cancel: only what is queued)', ({ of, begun, left }) => {
    const { swarm, peer } = uploading();
    begin(swarm, begun);
    peer.cancel(FIRST, block(of[0]!), of[1]!);
    expect([peer.nextToSend(FIRST), peer.countToSend(FIRST)]).toEqual(left);
  });

  test('of a block that waits behind others removes it from the queue', () => {
    const { swarm, peer } = uploading();
    begin(swarm, 1);
    peer.request(FIRST, block(8), 4);
    peer.cancel(FIRST, block(9), 1);
    expect(swarm.takeTranscript()).toBe('');
    peer.blocksSent(FIRST, 4);
    expect([peer.nextToSend(FIRST), peer.countToSend(FIRST)]).toEqual([8, 1]);
    peer.blocksSent(FIRST, 1);
    expect([peer.nextToSend(FIRST), peer.countToSend(FIRST)]).toEqual([10, 2]);
  });
});

describe('A choke', () => {
  // libtorrent: blocks in the send buffer are sent before the choke; mainline: a block that has
  // been sent in part is finished first.
  const chokeFirst = (swarm: TestSwarm, peer: Peer): void => {
    peer.piece(SECOND, block(0), 1); // N1 has sent something, so it comes before N0.
    peer.interested(SECOND);
    swarm.takeTranscript();
    peer.rechoke();
  };

  test('waits for the block in progress; what waits behind it is dropped', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    begin(swarm, 2);
    chokeFirst(swarm, peer);
    expect(swarm.takeTranscript()).toBe('X shortens what it sends to N0: 0..1\nX → N1  unchoke');
    begin(swarm, 0);
    peer.blocksSent(FIRST, 2);
    expect(swarm.takeTranscript()).toBe('X → N0  choke');
    expect(peer.nextToSend(FIRST)).toBe(NO_BLOCK);
  });

  test('is sent at once if no block is in progress', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    chokeFirst(swarm, peer);
    expect(swarm.takeTranscript()).toBe('X stops sending to N0\nX → N0  choke\nX → N1  unchoke');
  });

  test('lets no request in while it waits', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    begin(swarm, 1);
    chokeFirst(swarm, peer);
    peer.request(FIRST, block(4), 4);
    peer.blocksSent(FIRST, 1);
    expect(peer.nextToSend(FIRST)).toBe(NO_BLOCK);
  });

  test('is sent even if the slot is given back meanwhile, since the queue is lost', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    begin(swarm, 1);
    chokeFirst(swarm, peer);
    swarm.takeTranscript();
    peer.notInterested(SECOND);
    peer.rechoke(); // N0 gets the slot again.
    expect(swarm.takeTranscript()).toBe('X → N1  choke');
    peer.request(FIRST, block(4), 4); // Sent before N0 knows of the choke.
    begin(swarm, 0);
    peer.blocksSent(FIRST, 1);
    expect(swarm.takeTranscript()).toBe('X → N0  choke\nX → N0  unchoke');
    peer.request(FIRST, block(0), 4);
    expect(peer.countToSend(FIRST)).toBe(4);
  });

  test('is sent once, even if the slot comes and goes while it waits', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    begin(swarm, 1);
    chokeFirst(swarm, peer);
    peer.notInterested(SECOND);
    peer.rechoke(); // N0 gets the slot again,
    peer.interested(SECOND);
    peer.piece(SECOND, block(8), 1);
    peer.rechoke(); // and loses it again.
    swarm.takeTranscript();
    begin(swarm, 0);
    peer.blocksSent(FIRST, 1);
    expect(swarm.takeTranscript()).toBe('X → N0  choke');
    // What N0 requests in a later turn is served as ever.
    peer.notInterested(SECOND);
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X → N1  choke\nX → N0  unchoke');
    peer.request(FIRST, block(0), 4);
    peer.blocksSent(FIRST, 4);
    expect(swarm.takeTranscript()).toBe('');
  });

  test('is sent if the block in progress is cancelled before it has got a rate', () => {
    const { swarm, peer } = uploading({ setup: { holds: [0, 1] } });
    begin(swarm, 1);
    chokeFirst(swarm, peer);
    begin(swarm, 0);
    swarm.takeTranscript();
    peer.cancel(FIRST, block(0), 1);
    expect(swarm.takeTranscript()).toBe('X stops sending to N0\nX → N0  choke');
  });
});

describe('A peer without slots', () => {
  const all = Object.keys(CHOKERS) as ChokerName[];
  test.each(all)('unchokes nobody, whatever its choker: %s', (choker) => {
    const { swarm, peer } = blockPeer({
      neighbours: 3,
      setup: { holds: [0, 1] },
      uploadSlots: 0,
      optimisticSlots: 0,
      choker,
      client: { unchokesUninterested: true },
    });
    for (const connection of [0, 1, 2] as Connection[]) peer.interested(connection);
    for (let round = 0; round < 5; round++) {
      swarm.nowMs += 10_000;
      peer.rechoke();
    }
    expect(swarm.takeTranscript()).not.toContain('unchoke');
  });
});

describe('A free slot', () => {
  test('is given to who becomes interested, at once (preemptive_unchoke)', () => {
    const { swarm, peer } = blockPeer({ neighbours: 3, uploadSlots: 1, optimisticSlots: 1 });
    const unchoked = [FIRST, SECOND, THIRD].map((connection) => {
      peer.interested(connection);
      return swarm.takeTranscript();
    });
    expect(unchoked).toEqual(['X → N0  unchoke', 'X → N1  unchoke', '']);
  });

  // libtorrent: incoming_not_interested, remove_peer: trigger_unchoke.
  test.each([
    { whose: 'that is not interested any more', leave: (peer: Peer) => peer.notInterested(FIRST) },
    { whose: 'that leaves', leave: (peer: Peer) => peer.disconnect(FIRST) },
  ])('is that of a peer $whose; the choker gives it away within a second', ({ leave }) => {
    const { swarm, peer } = uploading();
    peer.interested(SECOND);
    leave(peer);
    expect(swarm.takeTranscript()).toMatch(/^X stops sending to N0(\nX → N0 {2}choke)?$/);
    expect(swarm.hostOf('X').willRechokeSoon).toBe(true);
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X → N1  unchoke');
  });

  test('goes to who becomes interested in this second, even if others have waited', () => {
    const { swarm, peer } = uploading();
    peer.interested(SECOND);
    peer.notInterested(FIRST);
    swarm.takeTranscript();
    peer.interested(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  unchoke');
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('');
  });

  test('rechoke: the choker runs at once (mainline: Choker.interested, not_interested)', () => {
    const { swarm, peer } = uploading({ client: { freeSlots: 'rechoke' } });
    peer.rechoke();
    peer.interested(SECOND);
    swarm.takeTranscript();
    peer.notInterested(FIRST);
    expect(swarm.takeTranscript()).toContain('X → N1  unchoke');
    expect(swarm.hostOf('X').willRechokeSoon).toBe(false);
  });

  test('next-round: all wait for it, with the slots that they have (Transmission)', () => {
    const { swarm, peer } = blockPeer({
      ...CLIENTS.transmission,
      client: CLIENTS.transmission.options,
      neighbours: 3,
      uploadSlots: 1,
      optimisticSlots: 0,
      setup: { holds: [0, 1, 2, 3] },
    });
    peer.interested(FIRST);
    expect(swarm.takeTranscript()).toBe('');
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N0  unchoke');
    peer.interested(SECOND);
    peer.notInterested(FIRST);
    expect([swarm.takeTranscript(), swarm.hostOf('X').willRechokeSoon]).toEqual(['', false]);
    peer.request(FIRST, block(0), 4);
    expect(peer.countToSend(FIRST)).toBe(4);
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N1  unchoke');
  });
});

describe('Peers that snub us', () => {
  // Two of four interested peers have sent a block, at 1 s; there are two slots and an optimistic.
  test.each([
    { rule: 'get no slot for their rate after a minute', afterMs: 60_000, unchoked: 2 },
    { rule: 'do not snub us before', afterMs: 59_999, unchoked: 3 },
    { rule: 'do never, with 0 (libtorrent: choker.cpp)', afterMs: 1e9, forMs: 0, unchoked: 3 },
  ])(
    '$rule (BEP 3: anti-snubbing, more optimistic unchokes; mainline: Choker._rechoke, min_uploads)',
    ({ afterMs, forMs = 60_000, unchoked }) => {
      const { swarm, peer } = blockPeer({
        neighbours: 4,
        uploadSlots: 2,
        optimisticSlots: 1,
        choker: 'mainline',
        client: { snubbedAfterMs: forMs, freeSlots: 'next-round' },
        setup: { holds: [3] },
      });
      for (let n = 0; n < 4; n++) peer.interested(n as Connection);
      swarm.nowMs = 1_000;
      for (const connection of [FIRST, SECOND]) {
        peer.have(connection, piece(0));
        peer.unchoke(connection);
        peer.piece(connection, block(connection), 1);
      }
      swarm.takeTranscript();
      swarm.nowMs += afterMs;
      peer.rechoke();
      expect(swarm.takeTranscript().match(/ {2}unchoke/g)).toHaveLength(unchoked);
    },
  );

  test.each([
    { name: 'libtorrent', snubbedAfterMs: 0 },
    { name: 'mainline', snubbedAfterMs: 30_000 },
    { name: 'transmission', snubbedAfterMs: 0 },
  ] as const)('$name: $snubbedAfterMs ms (mainline: snub_time; 0 for never)', (row) => {
    expect(CLIENTS[row.name].options.snubbedAfterMs).toBe(row.snubbedAfterMs);
  });
});

describe('Rates', () => {
  test('rank by the bits that have come in the last round, and not by pieces', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2, setup: { holds: [3] } });
    for (const connection of [FIRST, SECOND]) {
      peer.have(connection, piece(0));
      peer.have(connection, piece(1));
      peer.unchoke(connection);
    }
    peer.interested(FIRST);
    peer.interested(SECOND);
    peer.arriving(SECOND, 1_000, 1);
    swarm.takeTranscript();
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X → N0  choke\nX → N1  unchoke');
    // In this round N0 has sent more; what came before does not count.
    peer.arriving(FIRST, 500, 1);
    peer.rechoke();
    expect(swarm.takeTranscript()).toBe('X → N0  unchoke\nX → N1  choke');
  });

  test('a whole block counts once, whether parts of it were reported before or not', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2, setup: { holds: [3] } });
    peer.have(FIRST, piece(0));
    peer.unchoke(FIRST);
    peer.interested(FIRST);
    peer.interested(SECOND);
    peer.arriving(FIRST, 100_000, 1);
    peer.piece(FIRST, block(0), 1);
    peer.piece(SECOND, block(4), 1);
    peer.piece(SECOND, block(5), 1);
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N1  unchoke');
  });

  test('a block that is finished after a choke counts once', () => {
    const { swarm, peer } = blockPeer({ neighbours: 2, setup: { holds: [3] } });
    for (const connection of [FIRST, SECOND]) {
      peer.have(connection, piece(0));
      peer.have(connection, piece(1));
      peer.unchoke(connection);
      peer.interested(connection);
    }
    swarm.takeTranscript();
    // N0 sends one block, N1 one and a part: if the part of N0 counted twice, it would be first.
    peer.arriving(FIRST, 100_000, 1);
    peer.choke(FIRST);
    peer.piece(FIRST, block(0), 1);
    peer.piece(SECOND, block(4), 1);
    peer.arriving(SECOND, 50_000, 1);
    peer.rechoke();
    expect(swarm.takeTranscript()).toContain('X → N1  unchoke');
  });
});
