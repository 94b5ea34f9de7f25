/**
 * The downloading side of a peer: what others have, and what we ask them for.
 *
 * On each unchoked connection up to `backlog` pieces are kept asked for, the rarest first. Being
 * choked loses what was asked for: it is given back to the picker, and the other unchoked
 * connections may ask for it at once.
 *
 * `have` is the message that matters: of everything that peers say, nine in ten are one.
 */

import type { ConnectionTable } from '../tables/connections.ts';
import { PEER_CHOKING, MAY_DOWNLOAD, AM_INTERESTED } from '../tables/connection-flags.ts';
import type { PeerHost } from './host.ts';
import { type Connection, NO_PIECE, type PieceIndex } from '../ids.ts';
import type { PeerComponents } from './components.ts';
import { DUPLICATE } from '../tables/peer-tables.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { PieceQueues } from '../tables/piece-queues.ts';
import type { RateMeter } from '../tables/rate-meter.ts';

export class Download {
  readonly #connections: ConnectionTable;
  readonly #host: PeerHost;
  readonly #backlog: number;
  /** For each connection a backlog of its own, 0 for the usual one; made when one is set. */
  #backlogs: Uint16Array | undefined;
  readonly #countDuplicateHaves: boolean;
  readonly #noRequestOnHave: boolean;
  readonly #requestOnEveryChoke: boolean;
  readonly #interestOnlyOnChoke: boolean;
  readonly #caching: boolean;
  readonly #staleRates: boolean;
  readonly #picker: PiecePicker;
  /** Our row in what all peers of our host share. */
  readonly #row: number;
  /** Whether unchoked connections have told of pieces since all of these were last asked. */
  #hasNewHaves = false;
  /** The connections that we may ask on, in order. */
  readonly #unchoked: Connection[] = [];
  /** For each connection, what we have asked for and not received. */
  readonly #requests: PieceQueues;
  /** What each connection has brought lately. */
  readonly #received: RateMeter;
  /** What was lost with the connection that was lost last, and so is free again: the first few. */
  readonly #lost: PieceIndex[] = [];
  #lostCount = 0;

  constructor({ memory, connections, picker, host, options }: PeerComponents) {
    const { tables, row } = memory;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#backlog = options.backlog;
    this.#countDuplicateHaves = options.quirks.countDuplicateHaves;
    this.#noRequestOnHave = options.quirks.noRequestOnHave;
    this.#requestOnEveryChoke = options.quirks.requestOnEveryChoke;
    this.#interestOnlyOnChoke = options.quirks.interestOnlyOnChoke;
    this.#caching = options.role !== 'peer';
    this.#staleRates = options.quirks.staleRates;
    this.#row = row;
    this.#requests = tables.requests;
    this.#received = tables.received;
  }

  /** The other side is gone, and what it held with it. Call before its flags are cleared. */
  closed(on: Connection, pieceCount: number): void {
    this.#loseRequests(on);
    if (this.#backlogs !== undefined) this.#backlogs[on] = 0;
    this.#connections.applyDueHaves();
    this.#removeUnchoked(on);
    this.#connections.setFlags(on, 0);
    for (let piece = 0 as PieceIndex; piece < pieceCount; piece++) {
      if (this.#connections.hasPiece(on, piece)) this.#picker.removeHolder(piece);
    }
    if (this.#lostCount > 0) this.#requestElsewhere(on);
  }

  /** What is left to do after a `have` that the tables have noted: see `PeerTables.have`. */
  afterHave(on: Connection, piece: PieceIndex, outcome: number): void {
    if (outcome === DUPLICATE) this.#onDuplicateHave(on, piece);
    const flags = this.#connections.flags(on);
    this.#beginInterest(on);
    if ((flags & PEER_CHOKING) !== 0) return;
    this.#hasNewHaves = true;
    if (this.#noRequestOnHave || this.isFull(on)) return;
    // Whatever else it has we have asked for: while there is room, nothing that can be had waits.
    if (this.#picker.isRequestable(piece)) this.#request(on, this.#picker.onlyChoice(piece));
  }

  unchoke(on: Connection): void {
    this.#connections.stopDeferring(on);
    const flags = this.#connections.flags(on);
    this.#connections.setFlags(on, flags & ~PEER_CHOKING);
    if ((flags & MAY_DOWNLOAD) === 0) return;
    if ((flags & PEER_CHOKING) !== 0) this.#addUnchoked(on);
    this.#fillBacklog(on);
  }

  choke(on: Connection): void {
    const before = this.#connections.flags(on);
    const flags = before | PEER_CHOKING;
    if (before === flags) {
      // It comes again, as the original says it: there is nothing left to lose.
      this.#lostCount = 0;
    } else {
      this.#connections.setFlags(on, flags);
      this.#removeUnchoked(on);
      this.#loseRequests(on);
    }
    const hasLost = this.#lostCount > 0;
    if (hasLost || (this.#requestOnEveryChoke && this.#hasNewHaves)) this.#requestElsewhere(on);
    if (hasLost) return;
    if ((flags & AM_INTERESTED) !== 0) {
      if (!this.#hasRequestable(on)) this.#endInterest(on);
    } else if (this.#interestOnlyOnChoke && this.#hasRequestable(on)) {
      this.#beginInterest(on);
    }
  }

  /** The other side does not hold `piece` after all: whoever else does is asked for it. */
  dontHave(on: Connection, piece: PieceIndex): void {
    if (this.#connections.removePiece(on, piece)) this.#picker.removeHolder(piece);
    if (this.#requests.remove(this.#row, on, piece)) {
      this.#lostCount = 0;
      this.#loseRequest(piece);
      this.requestMore(on);
      this.#requestElsewhere(on);
    } else if ((this.#connections.flags(on) & AM_INTERESTED) !== 0 && !this.#hasRequestable(on)) {
      this.#endInterest(on);
    }
  }

  /** `piece` has come; returns whether it is one that we lacked. */
  piece(on: Connection, piece: PieceIndex): boolean {
    this.#received.add(this.#row, on, this.#host.nowMs, this.#staleRates);
    this.#requests.remove(this.#row, on, piece);
    return this.#picker.store(piece);
  }

  /** Holds `piece` without having asked for it; returns false where it did already. */
  restore(piece: PieceIndex): boolean {
    return this.#picker.store(piece);
  }

  /** Whether as much has been asked for on a connection as we ask for at a time. */
  isFull(on: Connection): boolean {
    return this.#requests.lengthOf(this.#row, on) >= this.#backlogOf(on);
  }

  /** After a piece has come on a connection, which was full before or not. */
  afterPiece(on: Connection, wasFull: boolean): void {
    if (wasFull || this.#noRequestOnHave) return this.requestMore(on);
    // While there was room, all that can be had has been asked for.
    const flags = this.#connections.flags(on);
    if ((flags & (MAY_DOWNLOAD | PEER_CHOKING)) !== MAY_DOWNLOAD) this.requestMore(on);
    else if (this.#requests.lengthOf(this.#row, on) === 0) this.#endInterest(on);
  }

  /** Asks for whatever can be had on a connection, or ends interest in it. */
  requestMore(on: Connection): void {
    const flags = this.#connections.flags(on);
    if ((flags & (MAY_DOWNLOAD | PEER_CHOKING)) === MAY_DOWNLOAD) {
      this.#fillBacklog(on);
    } else if (
      !this.#interestOnlyOnChoke &&
      (flags & AM_INTERESTED) !== 0 &&
      !this.#hasRequestable(on)
    ) {
      this.#endInterest(on);
    }
  }

  /** From now on keeps so many pieces asked for on this connection. */
  setBacklog(on: Connection, pieces: number): void {
    const { capacity } = this.#connections;
    const backlogs = this.#backlogs ?? new Uint16Array(capacity);
    this.#backlogs = backlogs;
    if (backlogs.length < capacity) {
      this.#backlogs = new Uint16Array(capacity);
      this.#backlogs.set(backlogs);
    }
    this.#backlogs[on] = pieces;
    this.requestMore(on);
  }

  #onDuplicateHave(on: Connection, piece: PieceIndex): void {
    // A leader that says it again has got what it could not give before: ask again.
    if (this.#caching && this.#requests.has(this.#row, on, piece)) this.#host.request(on, piece);
    else if (this.#countDuplicateHaves) this.#picker.addHolder(piece);
  }

  #backlogOf(on: Connection): number {
    const own = this.#backlogs === undefined ? 0 : this.#backlogs[on]!;
    return own === 0 ? this.#backlog : own;
  }

  /** Fills the backlog; interest ends where there is nothing to ask for and nothing to come. */
  #fillBacklog(on: Connection): void {
    const backlog = this.#backlogOf(on);
    if (this.#requests.lengthOf(this.#row, on) >= backlog) return;
    this.#connections.applyDueHaves();
    const start = this.#connections.announcedStart(on);
    while (this.#requests.lengthOf(this.#row, on) < backlog) {
      const piece = this.#picker.next(this.#connections.announced, start);
      if (piece === NO_PIECE) {
        if (this.#requests.lengthOf(this.#row, on) === 0) this.#endInterest(on);
        return;
      }
      this.#request(on, piece);
    }
  }

  #request(on: Connection, piece: PieceIndex): void {
    this.#picker.markRequested(piece);
    this.#requests.push(this.#row, on, piece);
    this.#beginInterest(on);
    this.#host.request(on, piece);
  }

  /** What was lost with one connection may be had on another. */
  #requestElsewhere(than: Connection): void {
    this.#hasNewHaves = false;
    this.#connections.applyDueHaves();
    const open = this.#unchoked;
    for (let i = 0; i < open.length; i++) {
      const on = open[i]!;
      if (on === than || this.isFull(on)) continue;
      // While there was room, all else that can be had has been asked for.
      if (this.#noRequestOnHave || this.#hasLostPiece(on)) this.#fillBacklog(on);
      else if (this.#requests.lengthOf(this.#row, on) === 0) this.#endInterest(on);
    }
  }

  /** We may ask on a connection from now on. */
  #addUnchoked(on: Connection): void {
    const open = this.#unchoked;
    let place = open.push(on) - 1;
    for (; place > 0 && open[place - 1]! > on; place--) open[place] = open[place - 1]!;
    open[place] = on;
  }

  /** We may not, from now on. */
  #removeUnchoked(on: Connection): void {
    // By hand: `splice` makes an array of what it takes out, and chokes are many.
    const open = this.#unchoked;
    let place = 0;
    while (place < open.length && open[place] !== on) place++;
    if (place === open.length) return;
    for (; place < open.length - 1; place++) open[place] = open[place + 1]!;
    open.pop();
  }

  /** Whether the other side has some of what was lost, and has not been asked for since. */
  #hasLostPiece(on: Connection): boolean {
    const lost = this.#lost;
    for (let i = 0; i < this.#lostCount; i++) {
      const piece = lost[i]!;
      if (this.#picker.isRequestable(piece) && this.#connections.hasPiece(on, piece)) return true;
    }
    return false;
  }

  /** Gives up all that was asked for on a connection. */
  #loseRequests(on: Connection): void {
    this.#lostCount = 0;
    for (;;) {
      const piece = this.#requests.shift(this.#row, on);
      if (piece === NO_PIECE) return;
      this.#loseRequest(piece);
    }
  }

  /** A piece that was asked for will not come. */
  #loseRequest(piece: PieceIndex): void {
    this.#lost[this.#lostCount++] = piece;
    if (!this.#picker.isStored(piece)) this.#picker.release(piece);
  }

  #hasRequestable(on: Connection): boolean {
    if (this.#requests.lengthOf(this.#row, on) > 0) return true;
    this.#connections.applyDueHaves();
    return this.#picker.hasRequestable(
      this.#connections.announced,
      this.#connections.announcedStart(on),
    );
  }

  #beginInterest(on: Connection): void {
    const flags = this.#connections.flags(on);
    if ((flags & AM_INTERESTED) !== 0) return;
    this.#connections.setFlags(on, flags | AM_INTERESTED);
    this.#host.interested(on);
  }

  #endInterest(on: Connection): void {
    const flags = this.#connections.flags(on);
    if ((flags & AM_INTERESTED) === 0) return;
    this.#connections.stopDeferring(on);
    this.#connections.setFlags(on, flags & ~AM_INTERESTED);
    this.#host.notInterested(on);
  }
}
