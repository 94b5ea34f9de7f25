/**
 * The relays of a leader: which followers it forwards the `have` of an outside peer to.
 *
 *     outside peer ── have(7) ──▶ leader ── have(7) ──▶ follower
 *
 * For each outside connection there is a list of the followers' connections, in the order in which
 * they asked; for each piece, the set of followers to which it was forwarded, so that a follower
 * receives one `have` for a piece that we lack.
 *
 * Most of what a leader receives it has forwarded before, when another outside peer announced it.
 * Therefore both are also sets of bits, with a bit for each connection, so that a few operations
 * tell whether a follower is left:
 *
 *     followers   of each outside connection   0 1 1 0 0 1 …
 *     forwarded   of each piece                0 1 0 0 0 1 …
 */

import type { Connection, PieceIndex } from '../ids.ts';
import { ConnectionSet } from '../tables/connection-set.ts';

/** Decides which followers a leader forwards a `have` to. */
export interface Forwarder {
  /** Relays `outside` to `follower`; returns false if nothing changes. */
  addRelay(outside: Connection, follower: Connection): boolean;
  /** The followers to which `outside` is relayed; undefined if there never was one. */
  followersOf(outside: Connection): readonly Connection[] | undefined;
  /** Whether a `have` of `outside` has to be forwarded to a follower. Call if it has followers. */
  hasToForward(outside: Connection, piece: PieceIndex): boolean;
  /** Records that `piece` is forwarded to `follower`; returns false if it need not be. */
  markForwarded(follower: Connection, piece: PieceIndex): boolean;
  /** Removes all relays of a connection, which may be an outside peer's or a follower's. */
  closed(connection: Connection): void;
}

/** Forwards a piece that we lack to each follower once. */
export class ForwardOnce implements Forwarder {
  readonly #isStored: (piece: PieceIndex) => boolean;
  /** For each outside connection, the followers' connections. */
  readonly #followersOf: (Connection[] | undefined)[] = [];
  readonly #pieceCount: number;
  /** The number of words in a set of connections. */
  #words = 1;
  /** For each outside connection, the set of its followers. */
  #followers: Uint32Array = new Uint32Array(0);
  /** The connections that have been followers', so that something may be marked as forwarded. */
  readonly #receivers = new ConnectionSet();
  /** For each piece, the set of followers to which it was forwarded. Allocated on first use. */
  #forwarded: Uint32Array = new Uint32Array(0);

  constructor(pieceCount: number, isStored: (piece: PieceIndex) => boolean) {
    this.#pieceCount = pieceCount;
    this.#isStored = isStored;
  }

  addRelay(outside: Connection, follower: Connection): boolean {
    const followers = (this.#followersOf[outside] ??= []);
    if (followers.includes(follower)) return false;
    followers.push(follower);
    this.#receivers.add(follower);
    this.#reserve(outside, follower);
    this.#followers[outside * this.#words + (follower >>> 5)]! |= 1 << (follower & 31);
    return true;
  }

  followersOf(outside: Connection): readonly Connection[] | undefined {
    return this.#followersOf[outside];
  }

  hasToForward(outside: Connection, piece: PieceIndex): boolean {
    // All followers know which pieces we store.
    if (this.#isStored(piece)) return false;
    const words = this.#words;
    for (let word = 0; word < words; word++) {
      const followers = this.#followers[outside * words + word]!;
      if ((followers & ~this.#forwarded[piece * words + word]!) !== 0) return true;
    }
    return false;
  }

  markForwarded(follower: Connection, piece: PieceIndex): boolean {
    const at = piece * this.#words + (follower >>> 5);
    const before = this.#forwarded[at]!;
    const bit = 1 << (follower & 31);
    this.#forwarded[at] = before | bit;
    return (before & bit) === 0;
  }

  closed(connection: Connection): void {
    const words = this.#words;
    if (this.#followersOf[connection] !== undefined) {
      this.#followers.fill(0, connection * words, (connection + 1) * words);
    }
    this.#followersOf[connection] = undefined;
    if (!this.#receivers.has(connection)) return;
    this.#receivers.delete(connection);
    removeFollower(this.#followersOf, connection);
    clearBit(this.#followers, words, connection);
    clearBit(this.#forwarded, words, connection);
  }

  #reserve(outside: Connection, follower: Connection): void {
    const before = this.#words;
    while (follower >= 32 * this.#words) this.#words *= 2;
    const rows = Math.max(this.#followers.length / before, outside + 1);
    if (this.#words > before || rows * this.#words > this.#followers.length) {
      const capacity = rows === outside + 1 ? 2 * rows : rows;
      this.#followers = widened(this.#followers, before, capacity, this.#words);
    }
    if (this.#words > before || this.#forwarded.length === 0) {
      this.#forwarded = widened(this.#forwarded, before, this.#pieceCount, this.#words);
    }
  }
}

/** Removes `follower` from every list. */
export function removeFollower(
  lists: readonly (Connection[] | undefined)[],
  follower: Connection,
): void {
  for (const followers of lists) {
    for (let i = (followers?.length ?? 0) - 1; i >= 0; i--) {
      if (followers![i] === follower) followers!.splice(i, 1);
    }
  }
}

/** Copies rows of `oldWords` words to `rows` rows of `words` words. */
function widened(old: Uint32Array, oldWords: number, rows: number, words: number): Uint32Array {
  const wide = new Uint32Array(rows * words);
  for (let at = 0, row = 0; at < old.length; at += oldWords, row++) {
    wide.set(old.subarray(at, at + oldWords), row * words);
  }
  return wide;
}

/** Clears `bit` in every row. */
function clearBit(rows: Uint32Array, words: number, bit: number): void {
  for (let at = bit >>> 5; at < rows.length; at += words) rows[at]! &= ~(1 << (bit & 31));
}
