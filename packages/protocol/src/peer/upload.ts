/**
 * The uploading side of a peer: which connections it unchokes, and which requests it has to serve.
 *
 * The choker runs when the peer starts, once per rechoke interval, and when the interest of the
 * other side changes. Only interested connections take part.
 */

import {
  CHOKE,
  type Choker,
  InterestedPeers,
  type Rotation,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from '../choker/choker.ts';
import { type BlockIndex, type Connection, NO_BLOCK, pieceOf } from '../ids.ts';
import type { UploadRules } from '../rules/rules.ts';
import { popcount } from '../tables/bitfield.ts';
import { AM_CHOKING, MAY_UPLOAD, OPTIMISTIC, PEER_INTERESTED } from '../tables/connection-flags.ts';
import type { RateMeter } from '../tables/rate-meter.ts';
import type { Traffic } from '../tables/traffic.ts';
import type { PeerComponents } from './components.ts';

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

const NONE: readonly Connection[] = [];

export class Upload {
  readonly #peer: PeerComponents;
  readonly #rules: UploadRules;
  readonly #choker: Choker;
  readonly #seedChoker: Choker;
  /** The pieces sent recently, if the choker of seeds needs them. */
  readonly #sent: RateMeter | undefined;
  /** What connections have carried; undefined if pieces are moved whole. */
  readonly #traffic: Traffic | undefined;
  #optimisticsSinceMs = -Infinity;
  #roundSinceMs = 0;
  readonly #rotation: Rotation = { first: 0, rounds: 0 };
  #unchokedCount = 0;
  /** The connections that are choked once the block in transfer has been sent. */
  #finishing: readonly Connection[] = NONE;

  constructor(components: PeerComponents) {
    const { tables, partial, settings } = components;
    const { choker, seedChoker, client, rules } = settings;
    this.#peer = components;
    this.#rules = components.settings.rules.upload;
    this.#choker = rules.upload.chokers[choker];
    this.#seedChoker = rules.upload.seedChokers[seedChoker];
    if (partial !== undefined) {
      this.#traffic = tables.traffic;
      this.#traffic.needRounds(client.rateRounds);
      if (client.unchokesUninterested) this.#traffic.needPositions();
      return;
    }
    if (seedChoker === 'fastest-upload') this.#sent = tables.uploadStatistics.sent;
  }

  opened(connection: Connection): void {
    this.#recordChokeChange(connection, true);
  }

  /** A connection was established: it may be unchoked from now on. */
  established(connection: Connection): void {
    if (this.#traffic === undefined || !this.#peer.settings.client.unchokesUninterested) return;
    const { random } = this.#peer;
    this.#traffic.position[this.#peer.connections.first + connection] = 1 - random.unit();
  }

  closed(connection: Connection): void {
    if ((this.#peer.connections.flags(connection) & AM_CHOKING) === 0) this.#unchokedCount--;
    this.#forgetFinishing(connection);
    this.#dropQueue(connection);
    if (this.#traffic !== undefined) return;
    this.#peer.tables.received.forget(this.#peer.row, connection);
    this.#sent?.forget(this.#peer.row, connection);
  }

  /** An unchoked connection has been closed: its slot goes to one that waits for it. */
  slotFreed(): void {
    const { freeSlots } = this.#peer.settings.client;
    if (!this.#rules.fillsFreeSlots || freeSlots === 'next-round') return;
    if (freeSlots === 'rechoke') this.#rechokeAll();
    else this.#peer.host.rechokeSoon();
  }

  interested(connection: Connection): void {
    this.#changeInterest(connection, PEER_INTERESTED);
  }

  notInterested(connection: Connection): void {
    this.#changeInterest(connection, 0);
  }

  /** Queues blocks that we hold, unless a choke forbids it or they are queued already. */
  request(connection: Connection, block: BlockIndex, count: number): void {
    const flags = this.#peer.connections.flags(connection);
    if ((flags & MAY_UPLOAD) === 0) return;
    // If the choke is still on its way, the other side will repeat what it wants.
    const isChoked = (flags & AM_CHOKING) !== 0 && !this.#rules.servesChoked;
    const needsSlot = isChoked || this.#finishing.includes(connection);
    if (needsSlot && !this.#isAllowed(connection, block)) return;

    const wasIdle = this.#peer.tables.queued.lengthOf(this.#peer.row, connection) === 0;
    if (!this.#isQueued(connection, block, count)) {
      this.#peer.tables.queued.push(this.#peer.row, connection, block, count);
    } else if (count > 1) {
      this.#queueNew(connection, block, count);
    }
    if (wasIdle) this.#peer.host.startSending(connection);
  }

  /** Queues those of `count` blocks that are not queued. */
  #queueNew(connection: Connection, block: BlockIndex, count: number): void {
    const end = block + count;
    for (let first = block as number; first < end; first++) {
      let next = first;
      while (next < end && !this.#isQueued(connection, next as BlockIndex, 1)) next++;
      if (next > first) {
        this.#peer.tables.queued.push(
          this.#peer.row,
          connection,
          first as BlockIndex,
          next - first,
        );
      }
      first = next;
    }
  }

  /** Whether a request is ignored because some of its blocks are queued. */
  #isQueued(connection: Connection, block: BlockIndex, count: number): boolean {
    return this.#rules.isDuplicateRequest(
      this.#peer.tables.queued,
      this.#peer.row,
      connection,
      block,
      count,
    );
  }

  /** Drops blocks that are queued, except those that have been begun. */
  cancel(connection: Connection, block: BlockIndex, count: number): void {
    if (!this.#peer.tables.queued.hasAny(this.#peer.row, connection, block, count)) return;
    const begun = this.#peer.host.blocksBegun(connection);
    const first = this.#peer.tables.queued.first(this.#peer.row, connection);
    const before = this.#peer.tables.queued.firstCount(this.#peer.row, connection);
    // What has been begun is a part of the first span: the blocks before and after it may go.
    const begunEnd = (first + begun) as BlockIndex;
    this.#removeQueued(connection, block, Math.min(block + count, first) - block);
    const after = Math.max(block, begunEnd) as BlockIndex;
    this.#removeQueued(connection, after, block + count - after);
    const left = this.#peer.tables.queued.firstCount(this.#peer.row, connection);
    if (left === 0) this.#peer.host.stopSending(connection);
    else if (this.#peer.tables.queued.first(this.#peer.row, connection) !== first)
      this.#restart(connection);
    else if (left !== before) this.#peer.host.shortenSending(connection);
    if (this.#finishing.length > 0) this.#finishChoke(connection);
  }

  /** The first block to send on this connection; NO_BLOCK if there is none. */
  nextToSend(connection: Connection): BlockIndex {
    return this.#peer.tables.queued.first(this.#peer.row, connection);
  }

  /** How many blocks of one piece to send from `nextToSend` on; 0 if there are none. */
  countToSend(connection: Connection): number {
    return this.#peer.tables.queued.firstCount(this.#peer.row, connection);
  }

  /** The first `count` blocks to send have been sent. */
  blocksSent(connection: Connection, count: number): void {
    this.#peer.tables.queued.removeFirst(this.#peer.row, connection, count);
    if (this.#traffic === undefined) this.#countSent(connection, count);
    if (this.#finishing.length > 0) this.#finishChoke(connection);
  }

  #countSent(connection: Connection, count: number): void {
    this.#peer.tables.uploadStatistics.blocksServed[this.#peer.connections.first + connection]! +=
      count;
    if (this.#sent === undefined) return;
    this.#peer.settings.rules.rates.add(
      this.#sent,
      this.#peer.row,
      connection,
      this.#peer.host.nowMs,
    );
  }

  /** Bits have been sent: see `Peer.sending`. */
  sending(connection: Connection, bits: number): void {
    if (this.#traffic === undefined) return;
    this.#traffic.sent[this.#peer.connections.first + connection]! += bits;
  }

  /** Runs the choker at the end of a round, and applies its decisions. */
  rechoke(): void {
    this.#rechokeAll();
    if (this.#traffic === undefined) return;
    const { first, count } = this.#peer.connections;
    this.#traffic.endRound(first, count);
    this.#roundSinceMs = this.#peer.host.nowMs;
  }

  #rechokeAll(): void {
    const nowMs = this.#peer.host.nowMs;
    const untilMs = this.#optimisticsSinceMs + this.#peer.settings.client.optimisticMs;
    const keepOptimistics = this.#rules.keepsOptimistics && nowMs < untilMs;
    if (!keepOptimistics) this.#optimisticsSinceMs = nowMs;
    this.#choose(keepOptimistics);
  }

  #choose(keepOptimistics: boolean): void {
    // Some chokers unchoke at least one: a peer without slots unchokes nobody.
    if (this.#peer.settings.slots.regular + this.#peer.settings.slots.optimistic === 0) return;
    const isSeed = this.#peer.picker.isComplete;
    if (this.#traffic !== undefined) this.#collectByBits(this.#traffic);
    else this.#collectByPieces(isSeed);
    const choose = isSeed ? this.#seedChoker : this.#choker;
    const nowMs = this.#peer.host.nowMs;
    choose(interested, {
      nowMs,
      slots: this.#peer.settings.slots,
      keepOptimistics,
      layout: this.#peer.settings.layout,
      rotation: this.#rotation,
      roundMs: Math.max(1, nowMs - this.#roundSinceMs),
      random: this.#peer.random,
    });
    this.#applyDecisions();
  }

  #changeInterest(connection: Connection, flag: number): void {
    const flags = this.#peer.connections.flags(connection);
    if ((flags & MAY_UPLOAD) === 0 || (flags & PEER_INTERESTED) === flag) return;
    this.#peer.connections.setFlags(connection, (flags & ~PEER_INTERESTED) | flag);
    if (!this.#rules.fillsFreeSlots || this.#peer.settings.client.freeSlots === 'rechoke') {
      if ((flags & AM_CHOKING) === 0) this.#rechokeAll();
      return;
    }
    if (this.#peer.settings.client.freeSlots === 'next-round') return;
    const isUnchoked = (flags & AM_CHOKING) === 0;
    const { regular, optimistic } = this.#peer.settings.slots;
    if (flag === 0 && isUnchoked) {
      this.#decide(connection, CHOKE_STATE[flags]!, CHOKE);
      this.#peer.host.rechokeSoon();
    } else if (!isUnchoked && flag !== 0 && this.#unchokedCount < regular + optimistic) {
      // A slot is free only if all others that are interested have one.
      this.#decide(connection, CHOKE, UNCHOKE);
    }
  }

  /** Collects the connections that take part in a rechoke, with rates in pieces. */
  #collectByPieces(isSeed: boolean): void {
    const { count, first, allFlags } = this.#peer.connections;
    interested.reserve(count + 1);
    const meter = this.#peer.tables.received;
    this.#peer.settings.rules.rates.refresh(meter, this.#peer.row, this.#peer.host.nowMs);
    const { counts } = meter;
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
    if (isSeed) this.#collectStatistics();
  }

  /** Adds what only the chokers of seeds read: how the connections have been served. */
  #collectStatistics(): void {
    const { count, connection: connections, sent, chokeChangedAtMs, blocksServed } = interested;
    const { first } = this.#peer.connections;
    const statistics = this.#peer.tables.uploadStatistics;
    if (this.#sent !== undefined) {
      this.#peer.settings.rules.rates.refresh(this.#sent, this.#peer.row, this.#peer.host.nowMs);
    }
    for (let i = 0; i < count; i++) {
      const connection = connections[i]! as Connection;
      sent[i] = this.#sent === undefined ? 0 : this.#sent.of(this.#peer.row, connection);
      chokeChangedAtMs[i] = statistics.chokeChangedAtMs[first + connection]!;
      blocksServed[i] = statistics.blocksServed[first + connection]!;
    }
  }

  /** Collects the connections that take part in a rechoke, with rates in bits. */
  #collectByBits(traffic: Traffic): void {
    const { count, first, allFlags } = this.#peer.connections;
    const { rateRounds, unchokesUninterested, snubbedAfterMs } = this.#peer.settings.client;
    const receivedUntil = traffic.receivedUntil(rateRounds);
    const sentUntil = traffic.sentUntil(rateRounds);
    const readsShares = this.#peer.settings.seedChoker === 'anti-leech';
    if (readsShares) this.#peer.connections.applyDueHaves();
    const nowMs = this.#peer.host.nowMs;
    interested.reserve(count + 1);
    let size = 0;
    for (let connection = 0; connection < count; connection++) {
      const at = first + connection;
      const flags = allFlags[at]!;
      if (TAKES_PART[flags] === 0) {
        const mayTakePart = unchokesUninterested && traffic.position[at]! > 0;
        if (!mayTakePart || (flags & MAY_UPLOAD) === 0) continue;
      }
      interested.connection[size] = connection;
      interested.received[size] = traffic.received[at]! - receivedUntil[at]!;
      interested.sent[size] = traffic.sent[at]! - sentUntil[at]!;
      interested.chokeState[size] = CHOKE_STATE[flags]!;
      interested.unchokedAtMs[size] = traffic.unchokedAtMs[at]!;
      interested.optimisticAtMs[size] = traffic.optimisticAtMs[at]!;
      interested.isInterested[size] = TAKES_PART[flags]!;
      interested.isSnubbing[size] = Number(traffic.isSilent(at, snubbedAfterMs, nowMs));
      if (readsShares) interested.heldShare[size] = this.#heldShare(connection as Connection);
      interested.position[size] = unchokesUninterested ? traffic.position[at]! : 0;
      interested.sentSinceUnchoke[size] = traffic.sent[at]! - traffic.sentAtUnchoke[at]!;
      interested.decision[size] = CHOKE;
      size++;
    }
    interested.count = size;
  }

  /** The share of all pieces that the other side has announced. */
  #heldShare(connection: Connection): number {
    const start = this.#peer.connections.announcedStart(connection);
    const end = start + this.#peer.tables.pieceWords;
    const { announced } = this.#peer.connections;
    let held = 0;
    for (let word = start; word < end; word++) held += popcount(announced[word]!);
    return held / this.#peer.settings.layout.pieceCount;
  }

  /** Changes the state of connections, and sends choke and unchoke. */
  #applyDecisions(): void {
    const { count, connection: connections, chokeState, decision } = interested;
    for (let i = 0; i < count; i++) {
      this.#decide(connections[i]! as Connection, chokeState[i]!, decision[i]!);
    }
  }

  #decide(connection: Connection, before: number, after: number): void {
    if (before !== after) this.#setChokeState(connection, before, after);
    if (!this.#rules.sendsDecision(before, after)) return;
    if (after === CHOKE) this.#choke(connection);
    else this.#unchoke(connection);
  }

  #choke(connection: Connection): void {
    if (this.#rules.finishesBlock && this.#finishBlock(connection)) return;
    this.#dropUnlessAllowed(connection);
    this.#peer.host.choke(connection);
  }

  #unchoke(connection: Connection): void {
    // Where a choke waits for the last block, the unchoke follows both.
    if (!this.#finishing.includes(connection)) this.#peer.host.unchoke(connection);
  }

  /**
   * Lets a block that is being sent be finished, since it has been given to the socket; the choke
   * follows it. Returns false if there is none.
   */
  #finishBlock(connection: Connection): boolean {
    if (this.#finishing.includes(connection)) return true;
    const begun = this.#peer.host.blocksBegun(connection);
    if (begun === 0 || this.#isAllowed(connection, this.nextToSend(connection))) return false;
    this.#peer.tables.queued.keep(this.#peer.row, connection, begun, (block) =>
      this.#isAllowed(connection, block),
    );
    this.#finishing = this.#finishing.concat(connection);
    this.#peer.host.shortenSending(connection);
    return true;
  }

  /** Sends the choke that waited for the last block, if that has been sent. */
  #finishChoke(connection: Connection): void {
    if (!this.#finishing.includes(connection)) return;
    const next = this.nextToSend(connection);
    if (next !== NO_BLOCK && !this.#isAllowed(connection, next)) return;
    this.#forgetFinishing(connection);
    // What we have dropped is lost for the other side, even if it has been unchoked again.
    this.#peer.host.choke(connection);
    const isChoked = (this.#peer.connections.flags(connection) & AM_CHOKING) !== 0;
    if (!isChoked) this.#peer.host.unchoke(connection);
  }

  #forgetFinishing(connection: Connection): void {
    if (!this.#finishing.includes(connection)) return;
    const others = this.#finishing.filter((each) => each !== connection);
    this.#finishing = others.length === 0 ? NONE : others;
  }

  #setChokeState(connection: Connection, before: number, after: number): void {
    const flags = this.#peer.connections.flags(connection) & ~(AM_CHOKING | OPTIMISTIC);
    const isChoked = after === CHOKE;
    if (isChoked) this.#peer.connections.setFlags(connection, flags | AM_CHOKING);
    else if (after === UNCHOKE) this.#peer.connections.setFlags(connection, flags);
    else this.#peer.connections.setFlags(connection, flags | OPTIMISTIC);
    if (isChoked !== (before === CHOKE)) {
      this.#unchokedCount += isChoked ? -1 : 1;
      this.#recordChokeChange(connection, isChoked);
    }
    if (after === UNCHOKE_OPTIMISTICALLY && this.#traffic !== undefined) {
      this.#traffic.optimisticAtMs[this.#peer.connections.first + connection] =
        this.#peer.host.nowMs;
    }
  }

  #recordChokeChange(connection: Connection, isChoked: boolean): void {
    const at = this.#peer.connections.first + connection;
    if (this.#traffic === undefined)
      this.#peer.tables.uploadStatistics.chokeChanged(at, this.#peer.host.nowMs);
    else if (!isChoked) this.#traffic.unchoked(at, this.#peer.host.nowMs);
  }

  #removeQueued(connection: Connection, block: BlockIndex, count: number): void {
    if (count > 0) this.#peer.tables.queued.remove(this.#peer.row, connection, block, count);
  }

  /** The first block to send is another one now. */
  #restart(connection: Connection): void {
    this.#peer.host.stopSending(connection);
    this.#peer.host.startSending(connection);
  }

  /** Drops all that is queued but what the other side may request while we choke it. */
  #dropUnlessAllowed(connection: Connection): void {
    if (this.#peer.allowedFast === undefined) return this.#dropQueue(connection);
    const first = this.nextToSend(connection);
    if (first === NO_BLOCK) return;
    const isFirstAllowed = this.#isAllowed(connection, first);
    // What is being sent has been found by `#finishBlock`.
    if (!isFirstAllowed) this.#peer.host.stopSending(connection);
    this.#peer.tables.queued.keep(this.#peer.row, connection, 0, (block) =>
      this.#isAllowed(connection, block),
    );
    const isAnyLeft = this.#peer.tables.queued.lengthOf(this.#peer.row, connection) > 0;
    if (!isFirstAllowed && isAnyLeft) this.#peer.host.startSending(connection);
  }

  /** Whether the other side may request a block while we choke it. */
  #isAllowed(connection: Connection, block: BlockIndex): boolean {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    return this.#peer.allowedFast?.isGranted(connection, piece) === true;
  }

  #dropQueue(connection: Connection): void {
    if (this.#peer.tables.queued.lengthOf(this.#peer.row, connection) === 0) return;
    const sentCount = this.#peer.host.stopSending(connection);
    if (sentCount > 0) this.blocksSent(connection, sentCount);
    this.#peer.tables.queued.clearQueue(this.#peer.row, connection);
  }
}
