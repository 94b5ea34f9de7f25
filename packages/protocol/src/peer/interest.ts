/** In whom we are interested: who can still be of use to us, and who has been told so. */

import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';
import type { DownloadRules } from '../rules/rules.ts';
import { AM_INTERESTED } from '../tables/connection-flags.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import type { InterestReasons } from '../tables/interest-reasons.ts';
import type { PeerComponents } from './components.ts';
import type { PeerHost } from './host.ts';
import type { OutstandingRequests } from './outstanding-requests.ts';
import type { PiecePicker } from './piece-picker.ts';

export class Interest {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #rules: DownloadRules;
  readonly #requests: OutstandingRequests;
  readonly #reasons: InterestReasons;

  constructor(components: PeerComponents, requests: OutstandingRequests) {
    this.#connections = components.connections;
    this.#picker = components.picker;
    this.#host = components.host;
    this.#rules = components.rules.download;
    this.#requests = requests;
    this.#reasons = components.memory.tables.interestReasons;
  }

  isIn(connection: Connection): boolean {
    return (this.#connections.flags(connection) & AM_INTERESTED) !== 0;
  }

  /** Whether a connection can still be of use: see `DownloadRules.isInterestedInLacked`. */
  isWorth(connection: Connection): boolean {
    const isInterestedInLacked = this.#rules.isInterestedInLacked;
    if (!isInterestedInLacked && this.#requests.countOn(connection) > 0) return true;
    const start = this.#connections.announcedStart(connection);
    if (!isInterestedInLacked) {
      this.#connections.applyDueHaves();
      return this.#picker.hasRequestable(this.#connections.announced, start);
    }
    let piece = this.#picker.findLacked(this.#connections.announced, start);
    if (piece === NO_PIECE) {
      this.#connections.applyDueHaves();
      piece = this.#picker.findLacked(this.#connections.announced, start);
    }
    this.#reasons.set(this.#connections.first + connection, piece);
    return piece !== NO_PIECE;
  }

  /** Begins the interest in a connection, unless it has begun; `reason` is a piece for which. */
  begin(connection: Connection, reason: PieceIndex = NO_PIECE): void {
    const flags = this.#connections.flags(connection);
    if ((flags & AM_INTERESTED) !== 0) return;
    this.#connections.setFlags(connection, flags | AM_INTERESTED);
    this.#reasons.set(this.#connections.first + connection, reason);
    this.#host.interested(connection);
  }

  end(connection: Connection): void {
    const flags = this.#connections.flags(connection);
    if ((flags & AM_INTERESTED) === 0) return;
    this.#connections.stopDeferring(connection);
    this.#connections.setFlags(connection, flags & ~AM_INTERESTED);
    this.#host.notInterested(connection);
  }

  /** Ends the interest in a connection that cannot be of use any more. */
  endIfUseless(connection: Connection): void {
    if (!this.isIn(connection) || this.#isReasonLacked(connection)) return;
    if (!this.isWorth(connection)) this.end(connection);
  }

  /** Whether we are known to be interested because of a piece that we still lack. */
  #isReasonLacked(connection: Connection): boolean {
    if (!this.#rules.isInterestedInLacked) return false;
    const reason = this.#reasons.of(this.#connections.first + connection);
    return reason !== NO_PIECE && this.#picker.isLacked(reason);
  }

  /** The other side of a connection does not hold a piece after all. */
  withdrawn(connection: Connection): void {
    this.#reasons.set(this.#connections.first + connection, NO_PIECE);
  }

  /** `piece` is stored: ends the interest in connections that hold nothing else that we lack. */
  afterStored(piece: PieceIndex): void {
    const { count, first } = this.#connections;
    const reasons = this.#reasons;
    const end = first + count;
    for (let at = first; (at = reasons.nextEnded(at, end, piece)) < end; at++) {
      this.endIfUseless((at - first) as Connection);
    }
  }
}
