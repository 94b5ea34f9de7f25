/** In whom we are interested: who can still be of use to us, and who has been told so. */

import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';
import type { DownloadRules } from '../rules/rules.ts';
import { AM_INTERESTED } from '../tables/connection-flags.ts';
import type { PeerComponents } from './components.ts';
import type { OutstandingRequests } from './outstanding-requests.ts';

export class Interest {
  readonly #requests: OutstandingRequests;

  readonly #peer: PeerComponents;
  readonly #rules: DownloadRules;

  constructor(components: PeerComponents, requests: OutstandingRequests) {
    this.#peer = components;
    this.#rules = components.settings.rules.download;
    this.#requests = requests;
  }

  isIn(connection: Connection): boolean {
    return (this.#peer.connections.flags(connection) & AM_INTERESTED) !== 0;
  }

  /** Whether a connection can still be of use: see `DownloadRules.isInterestedInLacked`. */
  isWorth(connection: Connection): boolean {
    const isInterestedInLacked = this.#rules.isInterestedInLacked;
    if (!isInterestedInLacked && this.#requests.countOn(connection) > 0) return true;
    const start = this.#peer.connections.announcedStart(connection);
    if (!isInterestedInLacked) {
      this.#peer.connections.applyDueHaves();
      return this.#peer.picker.hasRequestable(this.#peer.connections.announced, start);
    }
    let piece = this.#peer.picker.findLacked(this.#peer.connections.announced, start);
    if (piece === NO_PIECE) {
      this.#peer.connections.applyDueHaves();
      piece = this.#peer.picker.findLacked(this.#peer.connections.announced, start);
    }
    this.#peer.tables.interestReasons.set(this.#peer.connections.first + connection, piece);
    return piece !== NO_PIECE;
  }

  /** Begins the interest in a connection, unless it has begun; `reason` is a piece for which. */
  begin(connection: Connection, reason: PieceIndex = NO_PIECE): void {
    const flags = this.#peer.connections.flags(connection);
    if ((flags & AM_INTERESTED) !== 0) return;
    this.#peer.connections.setFlags(connection, flags | AM_INTERESTED);
    this.#peer.tables.interestReasons.set(this.#peer.connections.first + connection, reason);
    this.#peer.host.interested(connection);
  }

  end(connection: Connection): void {
    const flags = this.#peer.connections.flags(connection);
    if ((flags & AM_INTERESTED) === 0) return;
    this.#peer.connections.stopDeferring(connection);
    this.#peer.connections.setFlags(connection, flags & ~AM_INTERESTED);
    this.#peer.host.notInterested(connection);
  }

  /** Ends the interest in a connection that cannot be of use any more. */
  endIfUseless(connection: Connection): void {
    if (!this.isIn(connection) || this.#isReasonLacked(connection)) return;
    if (!this.isWorth(connection)) this.end(connection);
  }

  /** Whether we are known to be interested because of a piece that we still lack. */
  #isReasonLacked(connection: Connection): boolean {
    if (!this.#rules.isInterestedInLacked) return false;
    const reason = this.#peer.tables.interestReasons.of(this.#peer.connections.first + connection);
    return reason !== NO_PIECE && this.#peer.picker.isLacked(reason);
  }

  /** The other side of a connection does not hold a piece after all. */
  withdrawn(connection: Connection): void {
    this.#peer.tables.interestReasons.set(this.#peer.connections.first + connection, NO_PIECE);
  }

  /** `piece` is stored: ends the interest in connections that hold nothing else that we lack. */
  afterStored(piece: PieceIndex): void {
    const { count, first } = this.#peer.connections;
    const reasons = this.#peer.tables.interestReasons;
    const end = first + count;
    for (let at = first; (at = reasons.nextEnded(at, end, piece)) < end; at++) {
      this.endIfUseless((at - first) as Connection);
    }
  }
}
