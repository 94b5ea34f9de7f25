/**
 * What a peer knows of blocks agrees with a plain model, whatever its neighbours send
 * (`random-neighbours.ts`, which also checks each request and each cancel).
 */

import { expect, test } from 'vitest';

import { CLIENT_QUIRKS, type Connection, type PieceIndex } from '../src/index.ts';
import { RandomNeighbours, type RandomNeighboursOptions } from './random-neighbours.ts';

const SEEDS = Array.from({ length: 30 }, (_, n) => `blocks ${n}`);
const STEPS = 700;

test.each<{ what: string; options?: Partial<RandomNeighboursOptions> }>([
  { what: 'as libtorrent has them' },
  { what: 'with deferred haves', options: { defersHaves: true } },
  { what: 'with neighbours that leave and withdraw pieces', options: { withdraws: true } },
  { what: 'with endgame of all', options: { client: { endgame: 'all' }, withdraws: true } },
  { what: 'with endgame of two', options: { client: { endgame: 'two' }, withdraws: true } },
  { what: 'without cancels', options: { client: { endgameCancels: false }, hostVerifies: true } },
  {
    what: 'with the fewest missing blocks first',
    options: { client: { partialPieces: 'fewest-missing' } },
  },
  {
    what: 'with partial pieces first',
    options: { client: { partialPieces: 'first', randomFirstPieces: 0 } },
  },
  { what: 'with those of seeds apart', options: { client: { partialPieces: 'seeds-apart' } } },
  { what: 'with pieces at random', options: { client: { pieceOrder: 'random' } } },
  { what: 'with pieces in order', options: { client: { pieceOrder: 'in-order' } } },
  { what: 'without whole pieces for fast connections', options: { client: { wholePieceMs: 0 } } },
  { what: 'with a host that verifies pieces', options: { hostVerifies: true, withdraws: true } },
  { what: 'with pieces that are allowed while choked', options: { allowsFast: true } },
  {
    what: 'with these, endgame of all, and neighbours that leave and withdraw pieces',
    options: { allowsFast: true, client: { endgame: 'all' }, withdraws: true },
  },
  {
    what: 'with these, and a host that defers haves and verifies pieces',
    options: { allowsFast: true, defersHaves: true, hostVerifies: true, withdraws: true },
  },
  { what: 'as a leader', options: { role: 'leader' } },
  { what: 'as a follower', options: { role: 'follower' } },
  { what: 'while its role changes', options: { changesRoles: true, withdraws: true } },
  {
    what: 'while its role changes, with deferred haves',
    options: { changesRoles: true, withdraws: true, defersHaves: true },
  },
  {
    what: 'while its role changes, with pieces that are allowed while choked',
    options: { changesRoles: true, withdraws: true, allowsFast: true },
  },
])('the blocks under way agree with a model, $what', ({ options }) => {
  const seen = { complete: 0, cancels: 0, wasted: 0, whileChoked: 0 };
  for (const seed of SEEDS) {
    const peers = new RandomNeighbours({
      seed,
      quirks: CLIENT_QUIRKS,
      defersHaves: false,
      ...options,
    });
    peers.run(STEPS, () => check(peers, `seed ${seed}, ${peers.nowMs} ms`));
    seen.complete += Number(peers.peer.isComplete);
    seen.cancels += peers.sent.filter((line) => line.includes('cancel')).length;
    seen.wasted += peers.peer.wastedBlocks;
    seen.whileChoked += peers.requestsWhileChoked;
  }
  // The runs are worth something: they come to their end, and through it.
  expect(seen.complete).toBeGreaterThan(5);
  expect(seen.cancels).toBeGreaterThan(20);
  expect(seen.wasted).toBeGreaterThan(20);
  if (options?.allowsFast === true) expect(seen.whileChoked).toBeGreaterThan(30);
  else expect(seen.whileChoked).toBe(0);
});

test.each<Partial<RandomNeighboursOptions>>([
  {},
  { defersHaves: true },
  { role: 'leader', withdraws: true },
  { quirks: { wholePieces: true } },
])('a peer does in the row of one that has left what it does in new tables, %o', (options) => {
  const peerOf = (seed: string, after?: RandomNeighbours): RandomNeighbours =>
    new RandomNeighbours({
      seed,
      defersHaves: false,
      ...options,
      quirks: { ...CLIENT_QUIRKS, ...options.quirks },
      ...(after === undefined ? {} : { after }),
    });
  for (const [n, seed] of SEEDS.entries()) {
    const before = peerOf(`${seed} before`);
    // It leaves in the middle of a download, or when all is over.
    before.run(n % 2 === 0 ? STEPS / 4 : STEPS, () => {});
    const [fresh, reused] = [peerOf(seed), peerOf(seed, before)];
    for (const peers of [fresh, reused]) peers.run(STEPS, () => {});
    expect(reused.sent, `seed ${seed}`).toEqual(fresh.sent);
  }
});

/** Compares after every event, so `expect` is called only to describe a difference. */
function check(peers: RandomNeighbours, at: string): void {
  for (let piece = 0; piece < peers.layout.pieceCount; piece++) {
    const isRequestable = peers.isRequestable(piece);
    if (peers.isMarkedRequestable(piece) === isRequestable) continue;
    expect(!isRequestable, `${at}: piece ${piece} is requestable`).toBe(isRequestable);
  }
  for (const [n, requested] of peers.requested.entries()) {
    const outstanding = peers.peer.outstandingOn(n as Connection);
    if (outstanding !== requested.size) {
      expect(outstanding, `${at}, neighbour ${n}`).toBe(requested.size);
    }
    const arrived = [...requested].filter((block) => peers.cancels && peers.received.has(block));
    if (arrived.length > 0) expect(arrived, `${at}: requested from ${n}`).toEqual([]);
    // No block is lost for ever: an idle neighbour that has it is asked for it.
    if (!peers.unchoked[n] || requested.size > 0) continue;
    const requestable = [...peers.announced[n]!].filter(
      (piece) =>
        peers.isRequestable(piece) && !peers.peer.isDoubted(n as Connection, piece as PieceIndex),
    );
    if (requestable.length > 0) expect(requestable, `${at}, neighbour ${n} is idle`).toEqual([]);
  }
}
