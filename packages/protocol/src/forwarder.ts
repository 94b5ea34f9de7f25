/**
 * A leader's relays: which followers hear what an outside peer says it has.
 *
 *     outside peer ── have(7) ──▶ leader ── have(7) ──▶ follower
 *
 * For each outside connection a list of the followers' connections, in the order in which they
 * asked; and for each follower what it has been told, so that it hears of a piece that we lack
 * once. (The original keeps a relay for each time that a follower asked, and repeats itself:
 * habit `repeatForwards`.)
 */

import { Bitfield } from './bitfield.ts';
import type { Connection, PieceIndex } from './ids.ts';

export class Forwarder {
  readonly #pieceCount: number;
  readonly #repeats: boolean;
  /** For each outside connection, the followers' connections. */
  readonly #followersOf: (Connection[] | undefined)[] = [];
  /** For each follower's connection, what it has been told; made when first needed. */
  readonly #told: (Bitfield | undefined)[] = [];

  constructor(pieceCount: number, repeats: boolean) {
    this.#pieceCount = pieceCount;
    this.#repeats = repeats;
  }

  /** From now on `follower` hears what `outside` has; returns false where it did already. */
  relay(outside: Connection, follower: Connection): boolean {
    const followers = (this.#followersOf[outside] ??= []);
    if (!this.#repeats && followers.includes(follower)) return false;
    followers.push(follower);
    return true;
  }

  /** Who is to hear what `outside` has; undefined where nobody is. */
  followersOf(outside: Connection): readonly Connection[] | undefined {
    return this.#followersOf[outside];
  }

  /** Notes that `follower` is told of `piece`; returns false where it need not be. */
  tell(follower: Connection, piece: PieceIndex): boolean {
    if (this.#repeats) return true;
    return (this.#told[follower] ??= new Bitfield(this.#pieceCount)).add(piece);
  }

  /** A connection is gone, whichever part it played. */
  closed(on: Connection): void {
    this.#followersOf[on] = undefined;
    for (const followers of this.#followersOf) {
      for (let i = (followers?.length ?? 0) - 1; i >= 0; i--) {
        if (followers![i] === on) followers!.splice(i, 1);
      }
    }
    this.#told[on] = undefined;
  }
}
