/**
 * The uploading side of a peer: whom it unchokes, and what it has been asked for.
 *
 * The choker runs when the peer starts, every so often, and whenever an unchoked connection
 * turns interested or uninterested. Only interested connections take part in it; an uninterested
 * one stays as it is.
 */

import { CHOKERS, SEED_CHOKERS } from '../choker/chokers.ts';
import {
  CHOKE,
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
import type { UploadStatistics } from '../tables/upload-statistics.ts';

/** How long an optimistic unchoke stands (BEP 3). */
const OPTIMISTIC_MS = 30_000;

/** For each sum of flags, whether the choker has a say in the connection, and how it stands. */
const IS_CANDIDATE = new Uint8Array(256);
const CHOKE_STATE = new Uint8Array(256);
for (let flags = 0; flags < 256; flags++) {
  IS_CANDIDATE[flags] =
    (flags & (MAY_UPLOAD | PEER_INTERESTED)) === (MAY_UPLOAD | PEER_INTERESTED) ? 1 : 0;
  if ((flags & AM_CHOKING) !== 0) CHOKE_STATE[flags] = CHOKE;
  else CHOKE_STATE[flags] = (flags & OPTIMISTIC) === 0 ? UNCHOKE : UNCHOKE_OPTIMISTICALLY;
}

/** A round needs room for its candidates, and only while it lasts; so all peers share it. */
const interested = new InterestedPeers();

export class Upload {
  readonly #connections: ConnectionTable;
  readonly #picker: PiecePicker;
  readonly #host: PeerHost;
  readonly #options: PeerOptions;
  readonly #slots: Slots;
  /** Our row in what all peers of our host share. */
  readonly #row: number;
  /** What is to be sent on each connection; the first of a queue may be under way. */
  readonly #queued: PieceQueues;
  readonly #received: RateMeter;
  readonly #statistics: UploadStatistics;
  /** What was sent lately, where the strategy of seeds asks for it. */
  readonly #sent: RateMeter | undefined;
  #optimisticsSinceMs = -Infinity;

  constructor({ memory, connections, picker, host, options }: PeerComponents) {
    const { tables, row } = memory;
    this.#connections = connections;
    this.#picker = picker;
    this.#host = host;
    this.#options = options;
    this.#slots = { regular: options.uploadSlots, optimistic: options.optimisticSlots };
    this.#row = row;
    this.#queued = tables.queued;
    this.#received = tables.received;
    this.#statistics = tables.uploadStatistics;
    if (options.seedChoker === 'fastest-upload') this.#sent = tables.uploadStatistics.sent;
  }

  opened(on: Connection): void {
    this.#recordChokeChange(on);
  }

  closed(on: Connection): void {
    this.#dropQueue(on);
  }

  interested(on: Connection): void {
    this.#changeInterest(on, PEER_INTERESTED);
  }

  notInterested(on: Connection): void {
    this.#changeInterest(on, 0);
  }

  /** Queues `piece`, which we hold. A choked connection is served only by the original. */
  request(on: Connection, piece: PieceIndex): void {
    const { serveWhileChoked, queueDuplicateRequests } = this.#options.quirks;
    const flags = this.#connections.flags(on);
    if ((flags & MAY_UPLOAD) === 0) return;
    if ((flags & AM_CHOKING) !== 0 && !serveWhileChoked) return;
    if (!queueDuplicateRequests && this.#queued.has(this.#row, on, piece)) return;

    this.#queued.push(this.#row, on, piece);
    if (this.#queued.lengthOf(this.#row, on) === 1) this.#host.startSending(on);
  }

  /** The piece to send on this connection now; NO_PIECE where there is none. */
  nextToSend(on: Connection): PieceIndex {
    return this.#queued.first(this.#row, on);
  }

  /** The piece under way has been sent; returns the next, or NO_PIECE. */
  pieceSent(on: Connection): PieceIndex {
    this.#queued.shift(this.#row, on);
    this.#statistics.piecesServed[this.#connections.first + on]!++;
    this.#sent?.add(this.#row, on, this.#host.nowMs, this.#options.quirks.staleRates);
    return this.#queued.first(this.#row, on);
  }

  /** Decides anew who is unchoked. */
  rechoke(): void {
    this.#collectInterested();
    const { choker, seedChoker, pieceCount, quirks } = this.#options;
    const isSeed = this.#picker.storedCount === pieceCount;
    if (isSeed) this.#collectStatistics();
    const nowMs = this.#host.nowMs;
    const keepOptimistics =
      !quirks.redrawOptimistics && nowMs < this.#optimisticsSinceMs + OPTIMISTIC_MS;
    if (!keepOptimistics) this.#optimisticsSinceMs = nowMs;

    const choose = isSeed ? SEED_CHOKERS[seedChoker] : CHOKERS[choker];
    choose(interested, {
      nowMs,
      slots: this.#slots,
      keepOptimistics,
      unstableSort: quirks.unstableSort,
      random: this.#options.random,
    });
    this.#apply();
  }

  #changeInterest(on: Connection, wanted: number): void {
    const flags = this.#connections.flags(on);
    if ((flags & MAY_UPLOAD) === 0 || (flags & PEER_INTERESTED) === wanted) return;
    this.#connections.setFlags(on, (flags & ~PEER_INTERESTED) | wanted);
    if ((flags & AM_CHOKING) === 0) this.rechoke();
  }

  /** Reads off the flags of each connection who takes part. */
  #collectInterested(): void {
    const { count, first, allFlags } = this.#connections;
    interested.reserve(count + 1);
    if (!this.#options.quirks.staleRates) this.#received.advance(this.#row, this.#host.nowMs);
    const { counts } = this.#received;
    const { connection, received, chokeState, decision } = interested;
    let size = 0;
    for (let on = 0; on < count; on++) {
      // Each is written down, and the next over it where it does not count: no branch to foresee.
      const flags = allFlags[first + on]!;
      connection[size] = on;
      received[size] = counts[first + on]!;
      chokeState[size] = CHOKE_STATE[flags]!;
      decision[size] = CHOKE;
      size += IS_CANDIDATE[flags]!;
    }
    interested.count = size;
  }

  /** How the candidates have been served. */
  #collectStatistics(): void {
    const { count, connection, sent, chokeChangedAtMs, piecesServed } = interested;
    const { first } = this.#connections;
    if (!this.#options.quirks.staleRates) this.#sent?.advance(this.#row, this.#host.nowMs);
    for (let i = 0; i < count; i++) {
      const on = connection[i]! as Connection;
      sent[i] = this.#sent === undefined ? 0 : this.#sent.of(this.#row, on);
      chokeChangedAtMs[i] = this.#statistics.chokeChangedAtMs[first + on]!;
      piecesServed[i] = this.#statistics.piecesServed[first + on]!;
    }
  }

  /** Tells those concerned; all verdicts are read before the host can say anything back. */
  #apply(): void {
    const { count, connection, chokeState, decision } = interested;
    const { repeatChokes } = this.#options.quirks;
    for (let i = 0; i < count; i++) {
      if (decision[i] === chokeState[i] && !repeatChokes) continue;
      const on = connection[i]! as Connection;
      if (decision[i] === CHOKE) this.#choke(on);
      else this.#unchoke(on, decision[i] === UNCHOKE_OPTIMISTICALLY);
    }
  }

  #choke(on: Connection): void {
    const flags = this.#connections.flags(on);
    const changes = (flags & AM_CHOKING) === 0;
    if (!changes && !this.#options.quirks.repeatChokes) return;
    this.#connections.setFlags(on, (flags | AM_CHOKING) & ~OPTIMISTIC);
    if (changes) this.#recordChokeChange(on);
    this.#host.choke(on);
    this.#dropQueue(on);
  }

  #unchoke(on: Connection, optimistic: boolean): void {
    const flags = this.#connections.flags(on);
    const changes = (flags & AM_CHOKING) !== 0;
    const rest = flags & ~(AM_CHOKING | OPTIMISTIC);
    this.#connections.setFlags(on, optimistic ? rest | OPTIMISTIC : rest);
    if (changes) this.#recordChokeChange(on);
    if (changes || this.#options.quirks.repeatChokes) this.#host.unchoke(on);
  }

  #recordChokeChange(on: Connection): void {
    this.#statistics.chokeChanged(this.#connections.first + on, this.#host.nowMs);
  }

  #dropQueue(on: Connection): void {
    if (this.#queued.lengthOf(this.#row, on) === 0) return;
    while (this.#queued.lengthOf(this.#row, on) > 0) this.#queued.shift(this.#row, on);
    this.#host.stopSending(on);
  }
}
