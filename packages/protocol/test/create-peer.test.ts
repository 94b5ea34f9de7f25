/** The defaults of `createPeer`. */

import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import {
  type BlockIndex,
  blocksOf16KiB,
  CLIENT_QUIRKS,
  type Connection,
  createPeer,
  type CreatePeerOptions,
  type Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
  wholePieces,
} from '../src/index.ts';

/** Thirty pieces of four blocks. */
const LAYOUT = blocksOf16KiB(30, 4 * 2 ** 17);

/** A peer with `neighbours` neighbours, and the calls of its host, one line each. */
function peerWith(
  options: Partial<CreatePeerOptions> = {},
  neighbours = 1,
): { peer: Peer; takeCalls: () => string[] } {
  const calls: string[] = [];
  const known = { nowMs: 0, blocksBegun: () => 0, allowedFastSet: () => [] };
  const host = new Proxy(known as unknown as PeerHost, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      ((...args: unknown[]) => void calls.push([name, ...args].join(' '))),
  });
  const peer = createPeer(host, { layout: LAYOUT, ...options });
  for (let id = 0; id < neighbours; id++)
    peer.established(peer.connect(id as PeerId, true, 'neighbour'), true);
  return { peer, takeCalls: () => calls.splice(0) };
}

/** The requests of a peer whose only neighbour holds the whole file and unchokes it. */
function requestsOf(options: Partial<CreatePeerOptions>): string[] {
  const { peer, takeCalls } = peerWith(options);
  for (let piece = 0; piece < 30; piece++) peer.have(0 as Connection, piece as PieceIndex);
  peer.unchoke(0 as Connection);
  return takeCalls().filter((call) => call.startsWith('request'));
}

test('a peer is a plain peer that holds nothing', () => {
  const { peer } = peerWith();
  expect([peer.role, peer.storedCount, peer.isComplete]).toEqual(['peer', 0, false]);
});

test('it unchokes five connections: four for their rate and one optimistically', () => {
  const { peer, takeCalls } = peerWith({}, 9);
  for (let connection = 0; connection < 9; connection++) peer.interested(connection as Connection);
  expect(takeCalls(), 'slots that are free are given at once').toEqual(
    [0, 1, 2, 3, 4].map((connection) => `unchoke ${connection}`),
  );
  for (const connection of [5, 6, 7, 8])
    peer.piece(connection as Connection, (4 * connection) as BlockIndex, 4);
  takeCalls();
  peer.rechoke();
  const calls = takeCalls();
  expect(calls.filter((call) => call.startsWith('unchoke'))).toEqual(
    [5, 6, 7, 8].map((connection) => `unchoke ${connection}`),
  );
  // One of the five that sent nothing keeps a slot, optimistically.
  expect(calls.filter((call) => call.startsWith('choke'))).toHaveLength(4);
});

test('it requests four blocks of a random piece while the rate is unknown', () => {
  const [first, second, ...others] = requestsOf({}).map((call) => call.split(' ').map(Number));
  expect(others).toEqual([]);
  const [, , block, count] = first!;
  expect([block! % 4, count]).toEqual([0, 2]);
  expect(second!.slice(2)).toEqual([block! + 2, 2]);
});

test('it has room for more connections than expected', () => {
  expect(peerWith({}, 120).peer.connectionCount).toBe(120);
});

test.each([
  { rule: 'the seed is 1', a: {}, b: { seed: 1 }, same: true },
  { rule: 'equal seeds give equal choices', a: { seed: 'a' }, b: { seed: 'a' }, same: true },
  { rule: 'other seeds give other choices', a: { seed: 'a' }, b: { seed: 'b' }, same: false },
  {
    rule: 'a random stream replaces the seed',
    a: { seed: 'a' },
    b: { seed: 'a', random: seededRandom('x') },
    same: false,
  },
])('$rule', ({ a, b, same }) => {
  const [ofA, ofB] = [requestsOf(a), requestsOf(b)];
  if (same) expect(ofB).toEqual(ofA);
  else expect(ofB).not.toEqual(ofA);
});

test('any option can be set', () => {
  const layout = wholePieces(30, 2 ** 20);
  const quirks = { ...CLIENT_QUIRKS, wholePieces: true };
  expect(requestsOf({ layout, quirks, backlog: 3 })).toHaveLength(3);
  expect(peerWith({ role: 'leader' }).peer.role).toBe('leader');
});
