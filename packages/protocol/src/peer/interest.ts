/** In whom we are interested: who can still be of use to us, and who has been told so. */

import { type Connection, type PieceIndex } from '../ids.ts';
import type { DownloadRules } from '../rules/rules.ts';
import { AM_INTERESTED } from '../tables/connection-flags.ts';
import type { ConnectionTable } from '../tables/connections.ts';
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

  constructor(components: PeerComponents, requests: OutstandingRequests) {
    this.#connections = components.connections;
    this.#picker = components.picker;
    this.#host = components.host;
    this.#rules = components.rules.download;
    this.#requests = requests;
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
    if (this.#picker.lacksAny(this.#connections.announced, start)) return true;
    this.#connections.applyDueHaves();
    return this.#picker.lacksAny(this.#connections.announced, start);
  }

  begin(connection: Connection): void {
    const flags = this.#connections.flags(connection);
    if ((flags & AM_INTERESTED) !== 0) return;
    this.#connections.setFlags(connection, flags | AM_INTERESTED);
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
    if (this.isIn(connection) && !this.isWorth(connection)) this.end(connection);
  }

  /** Ends the interest in all connections that cannot be of use any more. */
  endAllUseless(): void {
    const { count } = this.#connections;
    for (let connection = 0 as Connection; connection < count; connection++) {
      this.endIfUseless(connection);
    }
  }

  /** A piece is stored: ends the interest in unchoked peers that hold nothing that we lack. */
  afterStored(stored: PieceIndex, unchoked: readonly Connection[]): void {
    if (this.#picker.isComplete) {
      const { count } = this.#connections;
      for (let connection = 0 as Connection; connection < count; connection++) this.end(connection);
      return;
    }
    for (const connection of unchoked) {
      if (!this.#connections.hasPiece(connection, stored)) continue;
      if (!this.isWorth(connection)) this.end(connection);
    }
  }
}
