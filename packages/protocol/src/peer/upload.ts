/**
 * The uploading side of a peer: which connections it unchokes, and which requests it has to serve.
 *
 * The choker runs when the peer starts, once per rechoke interval, and whenever the interest of
 * the other side changes on an unchoked connection. Only interested connections take part; an
 * uninterested one stays as it is.
 */

import { CHOKERS, SEED_CHOKERS } from '../choker/chokers.ts';
import {
  CHOKE,
  type Choker,
  InterestedPeers,
  type Slots,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from '../choker/choker.ts';
import type { ConnectionTable } from '../tables/connections.ts';
import { AM_CHOKING, OPTIMISTIC, MAY_UPLOAD, PEER_INTERESTED } from '../tables/connection-flags.ts';
import type { PeerHost } from './host.ts';
import type { Connection, PieceIndex } from '../ids.ts';
import type { PeerOptions } from './options.ts';
import type { PeerComponents } from './components.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { PieceQueues } from '../tables/piece-queues.ts';
import type { RateMeter } from '../tables/rate-meter.ts';
import type { RateRules, UploadRules } from '../rules/rules.ts';
import type { UploadStatistics } from '../tables/upload-statistics.ts';

/** For each sum of flags, 1 if the connection takes part in a rechoke. */
const TAKES_PART = new Uint8Array(256);
/** For each sum of flags, CHOKE, UNCHOKE or UNCHOKE_OPTIMISTICALLY. */
const CHOKE_STATE = new Uint8Array(256);
for (let flags = 0; flags < 256; flags++) {
  TAKES_PART[flags] =
    (flags & (MAY_UPLOAD | PEER_INTERESTED)) === (MAY_UPLOAD | PEER_INTERESTED) ? 1 : 0;
  if ((flags & AM_CHOKING) !== 0) CHOKE_STATE[flags] = CHOKE;
  else CHOKE_STATE[flags] = (flags & OPTIMISTIC) === 0 ? UNCHOKE : UNCHOKE_OPTIMISTICALLY;
}

/** The input of a choker is used within one rechoke only, so all peers share it. */
const interested = new InterestedPeers();

export class Upload {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #options: PeerOptions;
  readonly #rules: UploadRules;
  readonly #rates: RateRules;
  readonly #slots: Slots;
  readonly #choker: Choker;
  readonly #seedChoker: Choker;
  /** Our row in the tables that all peers of our host share. */
  readonly #row: number;
  /** The pieces to send on each connection; the first of a queue may be in transfer. */
  readonly #queued: PieceQueues;
  readonly #received: RateMeter;
  readonly #statistics: UploadStatistics;
  /** The pieces sent recently, if the choker of seeds needs them. */
  readonly #sent: RateMeter | undefined;
  #optimisticsSinceMs = -Infinity;

  constructor({ memory, connections, picker, host, options, rules }: PeerComponents) {
    const { tables, row } = memory;
    const { choker, seedChoker } = options;
    const { titForTat } = rules.upload;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#options = options;
    this.#rules = rules.upload;
    this.#rates = rules.rates;
    this.#slots = { regular: options.uploadSlots, optimistic: options.optimisticSlots };
    this.#choker = choker === 'tit-for-tat' ? titForTat : CHOKERS[choker];
    this.#seedChoker = seedChoker === 'tit-for-tat' ? titForTat : SEED_CHOKERS[seedChoker];
    this.#row = row;
    this.#queued = tables.queued;
    this.#received = tables.received;
    this.#statistics = tables.uploadStatistics;
    if (seedChoker === 'fastest-upload') this.#sent = tables.uploadStatistics.sent;
  }

  opened(connection: Connection): void {
    this.#recordChokeChange(connection);
  }

  closed(connection: Connection): void {
    this.#dropQueue(connection);
  }

  interested(connection: Connection): void {
    this.#changeInterest(connection, PEER_INTERESTED);
  }

  notInterested(connection: Connection): void {
    this.#changeInterest(connection, 0);
  }

  /** Queues `piece`, which we hold, unless the connection is choked or the piece queued already. */
  request(connection: Connection, piece: PieceIndex): void {
    const flags = this.#connections.flags(connection);
    if ((flags & MAY_UPLOAD) === 0) return;
    if ((flags & AM_CHOKING) !== 0 && !this.#rules.servesChoked) return;
    if (this.#rules.isDuplicateRequest(this.#queued, this.#row, connection, piece)) return;

    this.#queued.push(this.#row, connection, piece);
    if (this.#queued.lengthOf(this.#row, connection) === 1) this.#host.startSending(connection);
  }

  /** The piece to send on this connection now; NO_PIECE if there is none. */
  nextToSend(connection: Connection): PieceIndex {
    return this.#queued.first(this.#row, connection);
  }

  /** The piece in transfer has been sent; returns the next one, or NO_PIECE. */
  pieceSent(connection: Connection): PieceIndex {
    this.#queued.shift(this.#row, connection);
    this.#statistics.piecesServed[this.#connections.first + connection]!++;
    if (this.#sent !== undefined) {
      this.#rates.add(this.#sent, this.#row, connection, this.#host.nowMs);
    }
    return this.#queued.first(this.#row, connection);
  }

  /** Runs the choker, and applies its decisions. */
  rechoke(): void {
    this.#collectInterested();
    const isSeed = this.#picker.storedCount === this.#options.pieceCount;
    if (isSeed) this.#collectStatistics();
    const nowMs = this.#host.nowMs;
    const keepOptimistics = nowMs < this.#optimisticsSinceMs + this.#rules.optimisticMs;
    if (!keepOptimistics) this.#optimisticsSinceMs = nowMs;

    const choose = isSeed ? this.#seedChoker : this.#choker;
    const { random } = this.#options;
    choose(interested, { nowMs, slots: this.#slots, keepOptimistics, random });
    this.#applyDecisions();
  }

  #changeInterest(connection: Connection, flag: number): void {
    const flags = this.#connections.flags(connection);
    if ((flags & MAY_UPLOAD) === 0 || (flags & PEER_INTERESTED) === flag) return;
    this.#connections.setFlags(connection, (flags & ~PEER_INTERESTED) | flag);
    if ((flags & AM_CHOKING) === 0) this.rechoke();
  }

  /** Collects the connections that take part in a rechoke. */
  #collectInterested(): void {
    const { count, first, allFlags } = this.#connections;
    interested.reserve(count + 1);
    this.#rates.refresh(this.#received, this.#row, this.#host.nowMs);
    const { counts } = this.#received;
    const { connection: connections, received, chokeState, decision } = interested;
    let size = 0;
    for (let connection = 0; connection < count; connection++) {
      // Each connection is written, and overwritten by the next if it does not take part: this
      // avoids a branch that would be mispredicted often.
      const flags = allFlags[first + connection]!;
      connections[size] = connection;
      received[size] = counts[first + connection]!;
      chokeState[size] = CHOKE_STATE[flags]!;
      decision[size] = CHOKE;
      size += TAKES_PART[flags]!;
    }
    interested.count = size;
  }

  /** Adds what only the chokers of seeds read: how the connections have been served. */
  #collectStatistics(): void {
    const { count, connection: connections, sent, chokeChangedAtMs, piecesServed } = interested;
    const { first } = this.#connections;
    if (this.#sent !== undefined) {
      this.#rates.refresh(this.#sent, this.#row, this.#host.nowMs);
    }
    for (let i = 0; i < count; i++) {
      const connection = connections[i]! as Connection;
      sent[i] = this.#sent === undefined ? 0 : this.#sent.of(this.#row, connection);
      chokeChangedAtMs[i] = this.#statistics.chokeChangedAtMs[first + connection]!;
      piecesServed[i] = this.#statistics.piecesServed[first + connection]!;
    }
  }

  /** Changes the state of connections, and sends choke and unchoke. */
  #applyDecisions(): void {
    const { count, connection: connections, chokeState, decision } = interested;
    for (let i = 0; i < count; i++) {
      const connection = connections[i]! as Connection;
      const before = chokeState[i]!;
      const after = decision[i]!;
      if (before !== after) this.#setChokeState(connection, before, after);
      if (!this.#rules.sendsDecision(before, after)) continue;
      if (after === CHOKE) {
        this.#host.choke(connection);
        this.#dropQueue(connection);
      } else {
        this.#host.unchoke(connection);
      }
    }
  }

  #setChokeState(connection: Connection, before: number, after: number): void {
    const flags = this.#connections.flags(connection) & ~(AM_CHOKING | OPTIMISTIC);
    const isChoked = after === CHOKE;
    if (isChoked) this.#connections.setFlags(connection, flags | AM_CHOKING);
    else if (after === UNCHOKE) this.#connections.setFlags(connection, flags);
    else this.#connections.setFlags(connection, flags | OPTIMISTIC);
    if (isChoked !== (before === CHOKE)) this.#recordChokeChange(connection);
  }

  #recordChokeChange(connection: Connection): void {
    this.#statistics.chokeChanged(this.#connections.first + connection, this.#host.nowMs);
  }

  #dropQueue(connection: Connection): void {
    if (this.#queued.lengthOf(this.#row, connection) === 0) return;
    while (this.#queued.lengthOf(this.#row, connection) > 0) {
      this.#queued.shift(this.#row, connection);
    }
    this.#host.stopSending(connection);
  }
}
