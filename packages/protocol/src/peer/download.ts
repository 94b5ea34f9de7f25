/**
 * The downloading side of a peer: what others hold, and what we request from them.
 *
 * On each unchoked connection up to `backlog` requests are outstanding, the rarest pieces first. A
 * choke loses the outstanding requests: their pieces are requestable again, and may be requested
 * on the other unchoked connections at once.
 *
 * The performance of `have` matters most, because nine of ten messages are a `have`.
 */

import type { ConnectionTable } from '../tables/connections.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from '../tables/connection-flags.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import { DUPLICATE, type HaveOutcome } from '../tables/peer-tables.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { PieceQueues } from '../tables/piece-queues.ts';
import type { RateMeter } from '../tables/rate-meter.ts';
import type { DownloadRules, RateRules } from '../rules/rules.ts';

export class Download {
  readonly #connections: ConnectionTable;
  readonly #host: PeerHost;
  readonly #backlog: number;
  /** For each connection its own backlog, or 0 for the usual one. Allocated on first use. */
  #backlogs: Uint16Array | undefined;
  readonly #rules: DownloadRules;
  readonly #rates: RateRules;
  /** Whether a `have` may be a leader's, which then has a piece that it lacked when we asked. */
  readonly #mayFollowLeaders: boolean;
  readonly #picker: PiecePicker;
  /** Our row in the tables that all peers of our host share. */
  readonly #row: number;
  /** Whether an unchoked neighbour has announced a piece since the last `#requestElsewhere`. */
  #hasNewHaves = false;
  /** The connections on which we may request, in the order of their numbers. */
  readonly #unchoked: Connection[] = [];
  /** The outstanding requests of each connection. */
  readonly #requests: PieceQueues;
  /** The pieces received recently on each connection. */
  readonly #received: RateMeter;
  /** The pieces whose requests were lost last; the first `#lostCount` are in use. */
  readonly #lost: PieceIndex[] = [];
  #lostCount = 0;

  constructor({ memory, connections, picker, host, options, rules }: PeerComponents) {
    const { tables, row } = memory;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#backlog = options.backlog;
    this.#rules = rules.download;
    this.#rates = rules.rates;
    this.#mayFollowLeaders = options.role !== 'peer';
    this.#row = row;
    this.#requests = tables.requests;
    this.#received = tables.received;
  }

  /** A connection is closed: its other side no longer holds anything. Call before it is reused. */
  closed(connection: Connection, pieceCount: number): void {
    this.#loseRequests(connection);
    if (this.#backlogs !== undefined) this.#backlogs[connection] = 0;
    this.#connections.applyDueHaves();
    this.#removeUnchoked(connection);
    this.#connections.setFlags(connection, 0);
    for (let piece = 0 as PieceIndex; piece < pieceCount; piece++) {
      if (this.#connections.hasPiece(connection, piece)) this.#picker.removeHolder(piece);
    }
    if (this.#lostCount > 0) this.#requestElsewhere(connection);
  }

  /** Acts on a `have` that the tables have recorded, unless its outcome is NO_ACTION. */
  afterHave(connection: Connection, piece: PieceIndex, outcome: HaveOutcome): void {
    if (outcome === DUPLICATE) this.#onDuplicateHave(connection, piece);
    const flags = this.#connections.flags(connection);
    this.#beginInterest(connection);
    if ((flags & PEER_CHOKING) !== 0) return;
    this.#hasNewHaves = true;
    if (!this.#rules.requestsOnHave || this.isFull(connection)) return;
    // There is room, so this is the only requestable piece of the other side.
    if (this.#picker.isRequestable(piece)) {
      this.#request(connection, this.#picker.onlyChoice(piece));
    }
  }

  unchoke(connection: Connection): void {
    this.#connections.stopDeferring(connection);
    const flags = this.#connections.flags(connection);
    this.#connections.setFlags(connection, flags & ~PEER_CHOKING);
    if ((flags & MAY_DOWNLOAD) === 0) return;
    if ((flags & PEER_CHOKING) !== 0) this.#addUnchoked(connection);
    this.#fillBacklog(connection);
  }

  choke(connection: Connection): void {
    const before = this.#connections.flags(connection);
    const flags = before | PEER_CHOKING;
    if (before === flags) {
      // A repeated choke, as the original sends it: there is nothing to lose.
      this.#lostCount = 0;
    } else {
      this.#connections.setFlags(connection, flags);
      this.#removeUnchoked(connection);
      this.#loseRequests(connection);
    }
    const hasLost = this.#lostCount > 0;
    if (this.#rules.requestsElsewhere(hasLost, this.#hasNewHaves)) {
      this.#requestElsewhere(connection);
    }
    if (hasLost) return;
    if ((flags & AM_INTERESTED) !== 0) {
      if (!this.#isWorthInterest(connection)) this.#endInterest(connection);
    } else if (this.#rules.beginsInterestOnChoke && this.#isWorthInterest(connection)) {
      this.#beginInterest(connection);
    }
  }

  /** The other side does not hold `piece` after all; requests it from another that does. */
  dontHave(connection: Connection, piece: PieceIndex): void {
    if (this.#connections.removePiece(connection, piece)) this.#picker.removeHolder(piece);
    if (this.#requests.remove(this.#row, connection, piece)) {
      this.#lostCount = 0;
      this.#loseRequest(piece);
      this.requestMore(connection);
      this.#requestElsewhere(connection);
    } else if (
      (this.#connections.flags(connection) & AM_INTERESTED) !== 0 &&
      !this.#isWorthInterest(connection)
    ) {
      this.#endInterest(connection);
    }
  }

  /** Receives `piece`; returns whether it is new. */
  piece(connection: Connection, piece: PieceIndex): boolean {
    this.#rates.add(this.#received, this.#row, connection, this.#host.nowMs);
    this.#requests.remove(this.#row, connection, piece);
    return this.#picker.store(piece);
  }

  /** Stores `piece` without a request; returns false if it was stored before. */
  restore(piece: PieceIndex): boolean {
    return this.#picker.store(piece);
  }

  /** Whether the backlog of a connection is full. */
  isFull(connection: Connection): boolean {
    return this.#requests.lengthOf(this.#row, connection) >= this.#backlogOf(connection);
  }

  /** The number of outstanding requests of a connection. */
  outstandingOn(connection: Connection): number {
    return this.#requests.lengthOf(this.#row, connection);
  }

  /** Whether the other side has announced a piece that we lack, requested elsewhere or not. */
  isLackingFrom(connection: Connection): boolean {
    this.#connections.applyDueHaves();
    const start = this.#connections.announcedStart(connection);
    return this.#picker.lacksAnyOf(this.#connections.announced, start);
  }

  /** Sends requests after a piece; `wasFull`: the backlog was full when it arrived. */
  afterPiece(connection: Connection, wasFull: boolean): void {
    if (wasFull || !this.#rules.requestsOnHave) return this.requestMore(connection);
    // There was room, so nothing is left to request on this connection if it is unchoked.
    const flags = this.#connections.flags(connection);
    if ((flags & (MAY_DOWNLOAD | PEER_CHOKING)) !== MAY_DOWNLOAD) this.requestMore(connection);
    else if (this.#requests.lengthOf(this.#row, connection) === 0) this.#endInterest(connection);
  }

  /** Fills the backlog of a connection, or ends the interest in it if nothing is left. */
  requestMore(connection: Connection): void {
    const flags = this.#connections.flags(connection);
    if ((flags & (MAY_DOWNLOAD | PEER_CHOKING)) === MAY_DOWNLOAD) {
      this.#fillBacklog(connection);
    } else if (
      this.#rules.endsInterestWhileChoked &&
      (flags & AM_INTERESTED) !== 0 &&
      !this.#isWorthInterest(connection)
    ) {
      this.#endInterest(connection);
    }
  }

  /** Sets the number of requests to keep outstanding on this connection. */
  setBacklog(connection: Connection, pieces: number): void {
    const { capacity } = this.#connections;
    const backlogs = this.#backlogs ?? new Uint16Array(capacity);
    this.#backlogs = backlogs;
    if (backlogs.length < capacity) {
      this.#backlogs = new Uint16Array(capacity);
      this.#backlogs.set(backlogs);
    }
    this.#backlogs[connection] = pieces;
    this.requestMore(connection);
  }

  #onDuplicateHave(connection: Connection, piece: PieceIndex): void {
    // A leader that repeats a `have` has got a piece that it lacked: repeat the request.
    if (this.#mayFollowLeaders && this.#requests.has(this.#row, connection, piece)) {
      this.#host.request(connection, piece);
    } else if (this.#rules.countsDuplicateHaves) {
      this.#picker.addHolder(piece);
    }
  }

  #backlogOf(connection: Connection): number {
    const own = this.#backlogs === undefined ? 0 : this.#backlogs[connection]!;
    return own === 0 ? this.#backlog : own;
  }

  /** Fills the backlog; ends the interest if nothing is requestable and nothing outstanding. */
  #fillBacklog(connection: Connection): void {
    const backlog = this.#backlogOf(connection);
    if (this.#requests.lengthOf(this.#row, connection) >= backlog) return;
    this.#connections.applyDueHaves();
    const start = this.#connections.announcedStart(connection);
    while (this.#requests.lengthOf(this.#row, connection) < backlog) {
      const piece = this.#picker.next(this.#connections.announced, start);
      if (piece === NO_PIECE) {
        if (this.#requests.lengthOf(this.#row, connection) === 0) this.#endInterest(connection);
        return;
      }
      this.#request(connection, piece);
    }
  }

  #request(connection: Connection, piece: PieceIndex): void {
    this.#picker.markRequested(piece);
    this.#requests.push(this.#row, connection, piece);
    this.#beginInterest(connection);
    this.#host.request(connection, piece);
  }

  /** Sends requests on all unchoked connections except one, for what was lost on that one. */
  #requestElsewhere(except: Connection): void {
    this.#hasNewHaves = false;
    this.#connections.applyDueHaves();
    const unchoked = this.#unchoked;
    for (let i = 0; i < unchoked.length; i++) {
      const connection = unchoked[i]!;
      if (connection === except || this.isFull(connection)) continue;
      // There is room, so under `requestsOnHave` only lost pieces can be requestable.
      if (!this.#rules.requestsOnHave || this.#hasLostPiece(connection)) {
        this.#fillBacklog(connection);
      } else if (this.#requests.lengthOf(this.#row, connection) === 0) {
        this.#endInterest(connection);
      }
    }
  }

  /** Inserts a connection into `#unchoked`. */
  #addUnchoked(connection: Connection): void {
    const unchoked = this.#unchoked;
    let place = unchoked.push(connection) - 1;
    for (; place > 0 && unchoked[place - 1]! > connection; place--) {
      unchoked[place] = unchoked[place - 1]!;
    }
    unchoked[place] = connection;
  }

  /** Removes a connection from `#unchoked`, if it is there. */
  #removeUnchoked(connection: Connection): void {
    // Not by `splice`, which allocates an array, because chokes are frequent.
    const unchoked = this.#unchoked;
    let place = 0;
    while (place < unchoked.length && unchoked[place] !== connection) place++;
    if (place === unchoked.length) return;
    for (; place < unchoked.length - 1; place++) unchoked[place] = unchoked[place + 1]!;
    unchoked.pop();
  }

  /** Whether the other side holds a lost piece that has not been requested again. */
  #hasLostPiece(connection: Connection): boolean {
    const lost = this.#lost;
    for (let i = 0; i < this.#lostCount; i++) {
      const piece = lost[i]!;
      if (this.#picker.isRequestable(piece) && this.#connections.hasPiece(connection, piece)) {
        return true;
      }
    }
    return false;
  }

  /** Drops all outstanding requests of a connection. */
  #loseRequests(connection: Connection): void {
    this.#lostCount = 0;
    for (;;) {
      const piece = this.#requests.shift(this.#row, connection);
      if (piece === NO_PIECE) return;
      this.#loseRequest(piece);
    }
  }

  #loseRequest(piece: PieceIndex): void {
    this.#lost[this.#lostCount++] = piece;
    if (!this.#picker.isStored(piece)) this.#picker.release(piece);
  }

  /** Whether a request is outstanding on a connection, or a piece of its other side requestable. */
  #isWorthInterest(connection: Connection): boolean {
    if (this.#requests.lengthOf(this.#row, connection) > 0) return true;
    this.#connections.applyDueHaves();
    const start = this.#connections.announcedStart(connection);
    return this.#picker.hasRequestable(this.#connections.announced, start);
  }

  #beginInterest(connection: Connection): void {
    const flags = this.#connections.flags(connection);
    if ((flags & AM_INTERESTED) !== 0) return;
    this.#connections.setFlags(connection, flags | AM_INTERESTED);
    this.#host.interested(connection);
  }

  #endInterest(connection: Connection): void {
    const flags = this.#connections.flags(connection);
    if ((flags & AM_INTERESTED) === 0) return;
    this.#connections.stopDeferring(connection);
    this.#connections.setFlags(connection, flags & ~AM_INTERESTED);
    this.#host.notInterested(connection);
  }
}
