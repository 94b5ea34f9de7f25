/**
 * What a leader does beside being a peer: it reaches outside peers for its followers, passes on
 * what those have as its own, and notes what the followers want.
 *
 * A follower may ask before we are connected to the outside peer: then we connect first, and the
 * relay begins when the connection is there.
 */

import type { ConnectionTable } from '../tables/connections.ts';
import { MAY_DOWNLOAD } from '../tables/connection-flags.ts';
import { Forwarder } from './forwarder.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_CONNECTION, type PeerId, type PieceIndex } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import type { PiecePicker } from './piece-picker.ts';

interface PendingRelay {
  readonly target: PeerId;
  readonly follower: Connection;
}

export class Leader {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #pieceCount: number;
  readonly #repeats: boolean;
  readonly #relaysNewsOnly: boolean;
  readonly #forwarder: Forwarder;
  /** Followers that wait for a connection to their target. */
  #pendingRelays: PendingRelay[] = [];

  constructor({ connections, picker, host, options }: PeerComponents) {
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#pieceCount = options.pieceCount;
    this.#repeats = options.quirks.duplicateForwards;
    this.#relaysNewsOnly = options.quirks.forwardNewOnly;
    this.#forwarder = new Forwarder(options.pieceCount, options.quirks.duplicateForwards);
  }

  /** A follower wants what `target` has. */
  leaderStart(follower: Connection, target: PeerId): void {
    const outside = this.#connections.connectionTo(target);
    if (outside === NO_CONNECTION) {
      const isFirst = !this.#pendingRelays.some((waiting) => waiting.target === target);
      this.#pendingRelays.push({ target, follower });
      if (isFirst) this.#host.connectTo(target);
    } else {
      this.#relay(outside, follower);
    }
  }

  /** A connection has been made: whoever waited for it gets its relay. */
  opened(on: Connection): void {
    if (this.#pendingRelays.length === 0) return;
    const target = this.#connections.remoteOf(on);
    const ready = this.#pendingRelays.filter((waiting) => waiting.target === target);
    if (ready.length === 0) return;
    this.#pendingRelays = this.#pendingRelays.filter((waiting) => waiting.target !== target);
    for (const { follower } of ready) this.#relay(on, follower);
  }

  closed(on: Connection): void {
    this.#forwarder.closed(on);
    this.#pendingRelays = this.#pendingRelays.filter(({ follower }) => follower !== on);
  }

  /** Whether a follower is to hear that the other side has `piece`. */
  hasToForward(outside: Connection, piece: PieceIndex): boolean {
    if (this.#forwarder.followersOf(outside) === undefined) return false;
    // Where we hold it, all have been told so.
    if (!this.#repeats && this.#picker.isStored(piece)) return false;
    return this.#forwarder.hasToForward(outside, piece);
  }

  /** An outside peer has `piece`: its followers hear of it, as of our own. */
  have(outside: Connection, piece: PieceIndex): void {
    if (!this.hasToForward(outside, piece)) return;
    const followers = this.#forwarder.followersOf(outside)!;
    for (let i = 0; i < followers.length; i++) {
      const follower = followers[i]!;
      if (this.#forwarder.markForwarded(follower, piece)) this.#host.have(follower, piece);
    }
  }

  /** A follower has asked for `piece`, which we lack. */
  requestedByFollower(piece: PieceIndex): void {
    this.#picker.markRequestedByFollower(piece);
  }

  /** Begins a relay, and passes on what the outside peer has told us before. */
  #relay(outside: Connection, follower: Connection): void {
    if ((this.#connections.flags(outside) & MAY_DOWNLOAD) === 0) return;
    if (!this.#forwarder.addRelay(outside, follower)) return;
    this.#connections.stopDeferring(outside);
    if (this.#relaysNewsOnly) return;
    for (let piece = 0 as PieceIndex; piece < this.#pieceCount; piece++) {
      if (this.#picker.isStored(piece) || !this.#connections.hasPiece(outside, piece)) continue;
      if (this.#forwarder.markForwarded(follower, piece)) this.#host.have(follower, piece);
    }
  }
}
