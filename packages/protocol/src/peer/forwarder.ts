/**
 * A leader's relays: which followers hear what an outside peer says it has.
 *
 *     outside peer ── have(7) ──▶ leader ── have(7) ──▶ follower
 *
 * For each outside connection the followers' connections, in the order in which they asked; and
 * for each piece who has been told of it, so that a follower hears of a piece that we lack once.
 * (The original keeps a relay for each time that a follower asked, and repeats itself: habit
 * `duplicateForwards`.)
 *
 * Most of what a leader hears it has passed on before, from another outside peer. So both are
 * sets of bits, a bit for each connection, and whether anybody is left to tell is seen at once:
 *
 *     followers   of each outside connection   0 1 1 0 0 1 …
 *     told        of each piece                0 1 0 0 0 1 …
 */

import type { Connection, PieceIndex } from '../ids.ts';

export class Forwarder {
  readonly #repeats: boolean;
  /** For each outside connection, the followers' connections. */
  readonly #followersOf: (Connection[] | undefined)[] = [];
  readonly #pieceCount: number;
  /** Words of a set of connections. */
  #words = 1;
  /** The followers of each outside connection again, as a row of bits. */
  #followers: Uint32Array = new Uint32Array(0);
  /** For each piece, a row of bits; made when first needed. */
  #told: Uint32Array = new Uint32Array(0);

  constructor(pieceCount: number, repeats: boolean) {
    this.#pieceCount = pieceCount;
    this.#repeats = repeats;
  }

  /** From now on `follower` hears what `outside` has; returns false where it did already. */
  addRelay(outside: Connection, follower: Connection): boolean {
    const followers = (this.#followersOf[outside] ??= []);
    if (!this.#repeats && followers.includes(follower)) return false;
    followers.push(follower);
    this.#makeRoom(outside, follower);
    this.#followers[outside * this.#words + (follower >>> 5)]! |= 1 << (follower & 31);
    return true;
  }

  /** Who is to hear what `outside` has; undefined where nobody is. */
  followersOf(outside: Connection): readonly Connection[] | undefined {
    return this.#followersOf[outside];
  }

  /** Whether a follower of `outside` is still to be told of `piece`. */
  hasToForward(outside: Connection, piece: PieceIndex): boolean {
    if (this.#repeats) return true;
    const words = this.#words;
    for (let word = 0; word < words; word++) {
      const followers = this.#followers[outside * words + word]!;
      if ((followers & ~this.#told[piece * words + word]!) !== 0) return true;
    }
    return false;
  }

  /** Notes that `follower` is told of `piece`; returns false where it need not be. */
  markForwarded(follower: Connection, piece: PieceIndex): boolean {
    if (this.#repeats) return true;
    const at = piece * this.#words + (follower >>> 5);
    const before = this.#told[at]!;
    const bit = 1 << (follower & 31);
    this.#told[at] = before | bit;
    return (before & bit) === 0;
  }

  /** A connection is gone, whichever part it played. */
  closed(on: Connection): void {
    const words = this.#words;
    if (this.#followersOf[on] !== undefined) this.#followers.fill(0, on * words, (on + 1) * words);
    this.#followersOf[on] = undefined;
    for (const followers of this.#followersOf) {
      for (let i = (followers?.length ?? 0) - 1; i >= 0; i--) {
        if (followers![i] === on) followers!.splice(i, 1);
      }
    }
    if (on >= 32 * words) return;
    clearBit(this.#followers, words, on);
    clearBit(this.#told, words, on);
  }

  #makeRoom(outside: Connection, follower: Connection): void {
    const before = this.#words;
    while (follower >= 32 * this.#words) this.#words *= 2;
    const rows = Math.max(this.#followers.length / before, outside + 1);
    if (this.#words > before || rows * this.#words > this.#followers.length) {
      const room = rows === outside + 1 ? 2 * rows : rows;
      this.#followers = widened(this.#followers, before, room, this.#words);
    }
    if (this.#words > before || this.#told.length === 0) {
      this.#told = widened(this.#told, before, this.#pieceCount, this.#words);
    }
  }
}

/** The same rows in `rows` of `words` each. */
function widened(old: Uint32Array, oldWords: number, rows: number, words: number): Uint32Array {
  const wide = new Uint32Array(rows * words);
  for (let at = 0, row = 0; at < old.length; at += oldWords, row++) {
    wide.set(old.subarray(at, at + oldWords), row * words);
  }
  return wide;
}

/** Takes `bit` out of every row. */
function clearBit(rows: Uint32Array, words: number, bit: number): void {
  for (let at = bit >>> 5; at < rows.length; at += words) rows[at]! &= ~(1 << (bit & 31));
}
