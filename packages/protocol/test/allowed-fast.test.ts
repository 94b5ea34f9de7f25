/**
 * Allowed fast: the pieces that a peer requests while it is choked (BEP 6; docs/protocol.md, section
 * Allowed fast), one test for each rule. A source in parentheses is a function of libtorrent 2.0.
 */

import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import {
  CLIENT_QUIRKS,
  type Connection,
  LIBTORRENT,
  NO_BLOCK,
  type Peer,
  type PeerOptions,
  pieceOf,
} from '../src/index.ts';
import { block, piece } from './single-peer.ts';
import { fourBlocks, type PeerSetup, TestSwarm } from './test-swarm.ts';

const [FIRST, SECOND] = [0, 1] as [Connection, Connection];

/** X and its neighbours N0 and N1, each of whom may request pieces 0 and 2 while choked. */
function neighbours(
  setup: PeerSetup,
  options: Partial<PeerOptions> = {},
): { swarm: TestSwarm; peer: Peer } {
  const swarm = new TestSwarm(4, {
    quirks: CLIENT_QUIRKS,
    layout: fourBlocks(4),
    uploadSlots: 1,
    ...options,
  });
  const allowedFast = [0, 2];
  const [peer] = swarm.addPeers({
    X: { allowedFast, ...setup },
    N0: { allowedFast },
    N1: { allowedFast },
  });
  swarm.connect('X', 'N0');
  swarm.connect('X', 'N1');
  swarm.takeTranscript();
  return { swarm, peer: peer! };
}

const ALL = [0, 1, 2, 3];

describe('The set', () => {
  test('is sent when the other side is interested for the first time (on_interested)', () => {
    const { swarm, peer } = neighbours({ holds: ALL });
    peer.interested(FIRST);
    expect(swarm.takeTranscript()).toBe(
      'X → N0  allowed-fast(0)\nX → N0  allowed-fast(2)\nX → N0  unchoke',
    );
    peer.notInterested(FIRST);
    peer.interested(FIRST);
    expect(swarm.takeTranscript()).not.toContain('allowed-fast');
  });

  test.each<{ rule: string; setup: PeerSetup; options?: Partial<PeerOptions>; sent: string }>([
    { rule: 'also has pieces that we lack', setup: { holds: [1] }, sent: '0 2' },
    {
      rule: 'has as many pieces as the option says',
      setup: { holds: ALL },
      options: { client: { ...LIBTORRENT, allowedFastPieces: 1 } },
      sent: '0',
    },
    {
      rule: 'is not sent if the option is 0',
      setup: { holds: ALL },
      options: { client: { ...LIBTORRENT, allowedFastPieces: 0 } },
      sent: '',
    },
    {
      rule: 'is not sent by one who uploads nothing',
      setup: { holds: ALL },
      options: { uploadSlots: 0 },
      sent: '',
    },
    {
      rule: 'is not sent by a super-seed (send_allowed_set)',
      setup: { holds: ALL },
      options: { client: { ...LIBTORRENT, superSeeding: true } },
      sent: '',
    },
    { rule: 'is not sent by a leader within its AS', setup: { role: 'leader' }, sent: '' },
    { rule: 'is sent by a leader to other AS', setup: { role: 'leader', asId: 1 }, sent: '0 2' },
  ])('$rule', ({ setup, options, sent }) => {
    const { swarm, peer } = neighbours(setup, options);
    peer.interested(FIRST);
    const pieces = [...swarm.takeTranscript().matchAll(/allowed-fast\((\d+)\)/g)];
    expect(pieces.map(([, index]) => index).join(' ')).toBe(sent);
  });

  test('lacks the pieces that the other side has announced (send_allowed_set)', () => {
    const { swarm, peer } = neighbours({});
    peer.have(FIRST, piece(2));
    swarm.takeTranscript();
    peer.interested(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  allowed-fast(0)\nX → N0  unchoke');
  });
});

describe('Upload while choking', () => {
  /** X, a seed that chokes N1, since N0 has its slot. */
  function choking(): { swarm: TestSwarm; peer: Peer } {
    const { swarm, peer } = neighbours({ holds: ALL });
    peer.interested(FIRST);
    peer.interested(SECOND);
    swarm.takeTranscript();
    return { swarm, peer };
  }

  test.each([
    { rule: 'an allowed piece is sent (incoming_request)', of: [8, 4], next: 8 },
    { rule: 'any other piece is not', of: [4, 4], next: NO_BLOCK },
  ])('$rule', ({ of, next }) => {
    const { peer } = choking();
    peer.request(SECOND, block(of[0]!), of[1]!);
    expect(peer.nextToSend(SECOND)).toBe(next);
  });

  test('nothing is allowed to one who has not been interested', () => {
    const { peer } = neighbours({ holds: ALL });
    peer.request(SECOND, block(0), 4);
    expect(peer.nextToSend(SECOND)).toBe(NO_BLOCK);
  });

  /** N0 has requested `spans`; then N1, who has sent something, takes its slot. */
  function choked(begun: number, ...spans: [number, number][]): { swarm: TestSwarm; peer: Peer } {
    const { swarm, peer } = neighbours({ holds: [0, 1, 2] });
    peer.interested(FIRST);
    for (const [first, count] of spans) peer.request(FIRST, block(first), count);
    peer.piece(SECOND, block(12), 1);
    peer.interested(SECOND);
    swarm.takeTranscript();
    swarm.hostOf('X').begunCount = begun;
    peer.rechoke();
    return { swarm, peer };
  }

  const queueOf = (peer: Peer): string[] => {
    const queue: string[] = [];
    while (peer.nextToSend(FIRST) !== NO_BLOCK) {
      queue.push(`${peer.nextToSend(FIRST)}+${peer.countToSend(FIRST)}`);
      peer.blocksSent(FIRST, peer.countToSend(FIRST));
    }
    return queue;
  };

  test('a choke drops all but allowed pieces (send_choke)', () => {
    const { swarm, peer } = choked(0, [4, 2], [8, 4], [6, 2], [0, 1]);
    expect(swarm.takeTranscript()).toBe('X stops sending to N0\nX → N0  choke\nX → N1  unchoke');
    const queue: string[] = [];
    while (swarm.hostOf('X').sendSpan()) queue.push(swarm.takeTranscript());
    expect(queue).toEqual(['X ⇒ N0  piece(8..11)', 'X ⇒ N0  piece(0)']);
    expect(peer.nextToSend(FIRST)).toBe(NO_BLOCK);
  });

  test('a choke does not interrupt an allowed piece', () => {
    const { swarm, peer } = choked(1, [8, 4], [4, 4]);
    expect(swarm.takeTranscript()).toBe('X → N0  choke\nX → N1  unchoke');
    expect(queueOf(peer)).toEqual(['8+4']);
  });

  test('a choke that waits for a block goes before the allowed pieces behind it', () => {
    const { swarm, peer } = choked(1, [4, 4], [8, 4]);
    expect(swarm.takeTranscript()).toBe('X shortens what it sends to N0: 4\nX → N1  unchoke');
    peer.request(FIRST, block(0), 4); // Before it knows of the choke.
    peer.request(FIRST, block(5), 1);
    peer.blocksSent(FIRST, 1);
    expect(swarm.takeTranscript()).toBe('X → N0  choke');
    expect(queueOf(peer)).toEqual(['8+4', '0+4']);
  });

  test('a choke that waits is sent when its block is cancelled', () => {
    const { swarm, peer } = choked(1, [4, 4], [8, 4]);
    swarm.takeTranscript();
    swarm.hostOf('X').begunCount = 0; // The flow has been interrupted.
    peer.cancel(FIRST, block(4), 1);
    expect(swarm.takeTranscript()).toBe('X stops sending to N0\nX → N0  choke');
    expect(queueOf(peer)).toEqual(['8+4']);
  });

  test('an unchoke and another choke leave allowed pieces as they are', () => {
    const { peer } = choked(0, [8, 4]);
    peer.notInterested(SECOND); // N0 gets the slot again.
    peer.interested(SECOND);
    peer.rechoke();
    expect(queueOf(peer)).toEqual(['8+4']);
  });
});

describe('Download while choked', () => {
  test.each<{ rule: string; act: (peer: Peer) => void; sent: string }>([
    {
      rule: 'a piece is requested that is allowed and announced (incoming_allowed_fast)',
      act: (peer) => {
        peer.have(FIRST, piece(1));
        peer.have(FIRST, piece(2));
        peer.allowedFast(FIRST, piece(2));
      },
      sent: 'X → N0  interested\nX → N0  request(8..9)\nX → N0  request(10..11)',
    },
    {
      rule: 'one that is allowed and not announced is not requested',
      act: (peer) => {
        peer.have(FIRST, piece(1));
        peer.allowedFast(FIRST, piece(2));
      },
      sent: 'X → N0  interested',
    },
    {
      rule: 'it is requested when interest begins (peer_is_interesting)',
      act: (peer) => {
        peer.allowedFast(FIRST, piece(2));
        peer.have(FIRST, piece(2));
      },
      sent: 'X → N0  interested\nX → N0  request(8..9)\nX → N0  request(10..11)',
    },
    {
      rule: 'a later `have` has no effect (incoming_have: only without interest)',
      act: (peer) => {
        peer.have(FIRST, piece(1));
        peer.allowedFast(FIRST, piece(2));
        peer.have(FIRST, piece(2));
      },
      sent: 'X → N0  interested',
    },
    {
      rule: 'one that another sends is not requested twice',
      act: (peer) => {
        peer.have(SECOND, piece(2));
        peer.unchoke(SECOND);
        peer.have(FIRST, piece(2));
        peer.allowedFast(FIRST, piece(2));
      },
      sent:
        'X → N1  interested\nX → N1  request(8..9)\nX → N1  request(10..11)\n' +
        'X → N0  interested',
    },
  ])('$rule', ({ act, sent }) => {
    const { swarm, peer } = neighbours({});
    act(peer);
    expect(swarm.takeTranscript()).toBe(sent);
  });

  /** N0, which chokes X, holds all pieces and allows two; X has requested piece 0. */
  function allowed(options: Partial<PeerOptions> = {}): { swarm: TestSwarm; peer: Peer } {
    const { swarm, peer } = neighbours({}, options);
    for (const index of ALL) peer.have(FIRST, piece(index));
    peer.allowedFast(FIRST, piece(0));
    peer.allowedFast(FIRST, piece(2));
    swarm.takeTranscript();
    return { swarm, peer };
  }

  test('the next block is requested when one arrives (incoming_piece)', () => {
    const { swarm, peer } = allowed();
    peer.piece(FIRST, block(0), 2);
    expect(swarm.takeTranscript()).toBe('X → N0  request(8..9)');
    peer.piece(FIRST, block(2), 2);
    expect(swarm.takeTranscript()).toBe(
      'X → N0  have(0)\nX → N1  have(0)\nX → N0  request(10..11)',
    );
  });

  test('a choke loses what is not allowed, which is requested elsewhere (on_choke)', () => {
    const { swarm, peer } = neighbours({});
    for (const connection of [FIRST, SECOND]) {
      for (const index of [1, 2]) peer.have(connection, piece(index));
    }
    peer.allowedFast(FIRST, piece(2));
    peer.arriving(FIRST, 0, 1_000);
    peer.unchoke(FIRST);
    peer.unchoke(SECOND);
    expect(peer.outstandingOn(FIRST)).toBe(8);
    swarm.takeTranscript();
    peer.choke(FIRST);
    expect(peer.outstandingOn(FIRST)).toBe(4);
    expect(peer.isRequestedOn(FIRST, block(8), 4)).toBe(true);
    expect(peer.isRequestedOn(SECOND, block(4), 4)).toBe(true);
  });

  test('a choke is followed by requests for what is allowed', () => {
    const { swarm, peer } = neighbours({});
    for (const index of [1, 2]) peer.have(FIRST, piece(index));
    peer.unchoke(FIRST); // It is asked for piece 1.
    peer.allowedFast(FIRST, piece(2));
    swarm.takeTranscript();
    peer.choke(FIRST);
    expect(swarm.takeTranscript()).toBe('X → N0  request(8..9)\nX → N0  request(10..11)');
  });

  test.each<{ rule: string; act: (peer: Peer) => void }>([
    { rule: 'withdrawn or rejected', act: (peer) => peer.dontHave(FIRST, piece(2)) },
    { rule: 'stored', act: (peer) => peer.restore([piece(2)]) },
  ])('a piece that is $rule is not requested any more', ({ act }) => {
    const { swarm, peer } = allowed();
    act(peer);
    swarm.takeTranscript();
    peer.piece(FIRST, block(0), 4);
    expect(swarm.takeTranscript()).not.toContain('request');
  });

  test('what comes first from another is cancelled', () => {
    const { swarm, peer } = allowed({
      client: { ...LIBTORRENT, endgame: 'all', endgameCancels: true },
    });
    for (const index of [1, 2, 3]) peer.restore([piece(index)]);
    peer.have(SECOND, piece(0));
    peer.unchoke(SECOND); // Nothing but piece 0 is missing: endgame.
    swarm.takeTranscript();
    peer.piece(SECOND, block(0), 4);
    expect(swarm.takeTranscript()).toContain('X → N0  cancel(0..3)');
  });

  test('a peer that does not send it is given up', () => {
    const { swarm, peer } = allowed();
    peer.have(SECOND, piece(0));
    peer.unchoke(SECOND);
    swarm.takeTranscript();
    swarm.nowMs = LIBTORRENT.requestTimeoutMs;
    peer.rechoke();
    expect(peer.isSnubbing(FIRST)).toBe(true);
    expect(peer.isRequestedOn(SECOND, block(0), 4)).toBe(true);
  });

  test('one that closes the connection is forgotten', () => {
    const { swarm, peer } = allowed();
    peer.disconnect(FIRST);
    peer.connect(swarm.hostOf('N0').id, true, 'neighbour');
    swarm.takeTranscript();
    for (const index of ALL) peer.have(FIRST, piece(index));
    expect(swarm.takeTranscript()).toBe('X → N0  interested');
  });

  test('a follower requests nothing so on a connection on which it may not download', () => {
    const { swarm, peer } = neighbours({ role: 'follower', asId: 1, leaders: ['N1'] });
    peer.have(FIRST, piece(2));
    peer.allowedFast(FIRST, piece(2));
    expect(swarm.takeTranscript()).toBe('');
  });
});

test('whatever is requested, cancelled and choked: all allowed pieces are sent, and no others', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom('allowed fast', seed);
    const { swarm, peer } = neighbours({ holds: ALL }, { random });
    const connections = [FIRST, SECOND];
    const requested: Set<number>[] = [new Set(), new Set()];
    /** The blocks that X must send because nothing has dropped them. */
    const isAllowed = (of: number): boolean => [0, 2].includes(pieceOf(block(of), 4));
    const isUnchoked = [false, false];
    const readTranscript = (): void => {
      for (const line of swarm.takeTranscript().split('\n')) {
        const to = Number(/X → N(\d)/.exec(line)?.[1]);
        if (line.endsWith(' unchoke')) isUnchoked[to] = true;
        if (!line.endsWith(' choke')) continue;
        isUnchoked[to] = false;
        for (const each of requested[to]!) if (!isAllowed(each)) requested[to]!.delete(each);
      }
    };
    for (const connection of connections) peer.interested(connection);
    readTranscript();
    for (let step = 0; step < 300; step++) {
      const connection = connections[random.below(2)]!;
      const blocks = requested[connection]!;
      const first = random.below(16);
      const count = 1 + random.below(4 - (first % 4));
      const span = Array.from({ length: count }, (_, i) => first + i);
      const isNew = !span.some((each) => blocks.has(each));
      const begun = random.below(3);
      const next = peer.nextToSend(connection);
      swarm.hostOf('X').begunCount = next === NO_BLOCK ? 0 : begun;
      const kind = random.below(8);
      if (kind < 3 && isNew) {
        peer.request(connection, block(first), count);
        for (const each of span) {
          if (isUnchoked[connection] || isAllowed(each)) blocks.add(each);
        }
      } else if (kind < 4) {
        peer.cancel(connection, block(first), count);
        const left = peer.nextToSend(connection);
        // What has been begun is sent nevertheless.
        for (const each of span) {
          const isBegun = each >= left && each < left + peer.countToSend(connection);
          if (!isBegun) blocks.delete(each);
        }
      } else if (kind < 6 && next !== NO_BLOCK) {
        const sent = 1 + random.below(peer.countToSend(connection));
        for (let each: number = next; each < next + sent; each++) {
          const what = `seed ${seed}, step ${step}: block ${each} to N${connection}`;
          expect(isUnchoked[connection] || isAllowed(each), what).toBe(true);
          blocks.delete(each);
        }
        peer.blocksSent(connection, sent);
      } else if (kind < 7) peer.piece(connection, block(0), 1);
      else peer.rechoke();
      readTranscript();
    }
    for (const connection of connections) {
      for (let next = peer.nextToSend(connection); next !== NO_BLOCK; ) {
        const sent = peer.countToSend(connection);
        for (let each: number = next; each < next + sent; each++)
          requested[connection]!.delete(each);
        peer.blocksSent(connection, sent);
        next = peer.nextToSend(connection);
      }
      const unsent = [...requested[connection]!].filter(isAllowed);
      expect(unsent, `seed ${seed}: not sent to N${connection}`).toEqual([]);
    }
  }
});
