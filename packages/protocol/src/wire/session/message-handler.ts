/**
 * What each message of the other side does: it is held against the rules, then changes how
 * things stand, then becomes an event.
 *
 * The frequent messages make no object: their events are one of each kind, used again and again.
 */

import { Availability } from './availability.ts';
import type { Conversation } from './connection-state.ts';
import { ExtendedHearer } from './extended-message-handler.ts';
import type { WireMessages } from '../codec/messages.ts';
import { NOT_FOUND } from './request-list.ts';
import { RequestHearer } from './request-handler.ts';
import type { ReusedEvent, SessionEvent } from './events.ts';

const NO_BYTES = new Uint8Array(0);
const KEEP_ALIVES_A_MINUTE = 60;
const MINUTE_MS = 60_000;

export class Hearer implements WireMessages {
  readonly #at: Conversation;
  readonly #availability: Availability;
  readonly #requests: RequestHearer;
  readonly #extended: ExtendedHearer;

  readonly #piece: ReusedEvent<'piece'> = { type: 'piece', piece: 0, begin: 0, block: NO_BYTES };

  #keepAlives = 0;
  #keepAlivesSinceMs = 0;

  constructor(conversation: Conversation) {
    this.#at = conversation;
    this.#availability = new Availability(conversation);
    this.#requests = new RequestHearer(conversation);
    this.#extended = new ExtendedHearer(conversation);
  }

  /** The next event of a late bitfield, if one is left over. */
  nextLate(): SessionEvent | undefined {
    return this.#availability.nextLate();
  }

  keepAlive(): void {
    const { nowMs } = this.#at;
    if (nowMs - this.#keepAlivesSinceMs >= MINUTE_MS) {
      this.#keepAlivesSinceMs = nowMs;
      this.#keepAlives = 0;
    }
    if (++this.#keepAlives === KEEP_ALIVES_A_MINUTE + 1) {
      this.#at.breach('keep-alive-flood', `over ${KEEP_ALIVES_A_MINUTE} in a minute`);
    }
  }

  choke(): void {
    const at = this.#at;
    this.#at.isUnderWay = true;
    // Without the fast extension a choke drops what was asked for; with it, each is rejected.
    if (!at.features.fast) at.ourRequests.cancelAll();
    if (at.isChokingUs && at.profile !== 'classic') return;
    at.isChokingUs = true;
    at.events.push(CHOKE);
  }

  unchoke(): void {
    const at = this.#at;
    this.#at.isUnderWay = true;
    if (!at.isChokingUs && at.profile !== 'classic') return;
    at.isChokingUs = false;
    at.events.push(UNCHOKE);
  }

  interested(): void {
    const at = this.#at;
    this.#at.isUnderWay = true;
    if (at.isInterestedInUs) return;
    at.isInterestedInUs = true;
    at.events.push(INTERESTED);
  }

  notInterested(): void {
    const at = this.#at;
    this.#at.isUnderWay = true;
    if (!at.isInterestedInUs) return;
    at.isInterestedInUs = false;
    at.events.push(NOT_INTERESTED);
  }

  have(piece: number): void {
    this.#availability.have(piece);
  }
  bitfield(bits: Uint8Array): void {
    this.#availability.bitfield(bits);
  }
  haveAll(): void {
    this.#availability.haveAll();
  }
  haveNone(): void {
    this.#availability.haveNone();
  }

  request(piece: number, begin: number, length: number): void {
    this.#at.isUnderWay = true;
    this.#requests.request(piece, begin, length);
  }

  cancel(piece: number, begin: number, length: number): void {
    this.#at.isUnderWay = true;
    this.#requests.cancel(piece, begin, length);
  }

  piece(piece: number, begin: number, block: Uint8Array): void {
    const at = this.#at;
    this.#at.isUnderWay = true;
    if (!at.isInRange(piece, begin, Math.max(1, block.length))) {
      at.breach('block-out-of-range', `piece ${piece}, bytes ${begin} and ${block.length} more`);
    }
    const place = at.ourRequests.find(piece, begin);
    if (place === NOT_FOUND) return this.#unrequested(piece, begin, block.length);
    const length = at.ourRequests.lengthAt(place);
    if (block.length === 0) {
      at.breach('empty-block', `piece ${piece}, byte ${begin}`);
      at.ourRequests.remove(place);
      at.events.push({ type: 'reject', piece, begin, length });
      return;
    }
    if (block.length !== length) {
      at.breach('wrong-block-length', `${block.length} bytes where ${length} were asked for`);
    }
    at.ourRequests.remove(place);
    this.#piece.piece = piece;
    this.#piece.begin = begin;
    this.#piece.block = block;
    at.events.push(this.#piece);
  }

  reject(piece: number, begin: number, length: number): void {
    this.#at.needFast('reject');
    this.#at.isUnderWay = true;
    const at = this.#at;
    const place = at.ourRequests.findExactly(piece, begin, length);
    if (place === NOT_FOUND) {
      at.breach('unrequested-reject', `piece ${piece}, bytes ${begin} and ${length} more`);
      return;
    }
    at.ourRequests.remove(place);
    at.events.push({ type: 'reject', piece, begin, length });
  }

  suggest(piece: number): void {
    this.#at.needFast('suggest');
    this.#at.isUnderWay = true;
    if (!this.#isFastPiece(piece)) return;
    this.#at.events.push({ type: 'suggest', piece });
  }

  allowedFast(piece: number): void {
    this.#at.needFast('allowed-fast');
    this.#at.isUnderWay = true;
    const { allowedToUs, limits, events } = this.#at;
    if (!this.#isFastPiece(piece) || allowedToUs.has(piece)) return;
    if (allowedToUs.size >= limits.fastPieces) {
      this.#at.breach('too-many-fast-pieces', `over ${limits.fastPieces}`);
      return;
    }
    allowedToUs.add(piece);
    events.push({ type: 'allowed-fast', piece });
  }

  port(port: number): void {
    const at = this.#at;
    if (port === 0 || at.torrent.isPrivate === true) {
      at.breach('useless-port', port === 0 ? 'it is 0' : 'the torrent is private');
      return;
    }
    at.events.push({ type: 'port', port });
  }

  extended(id: number, payload: Uint8Array): void {
    this.#extended.hear(id, payload);
  }

  /** We have no hash trees to give: say so, as BEP 52 asks. */
  hashRequest(payload: Uint8Array): void {
    this.#at.isUnderWay = true;
    this.#at.checkOutput();
    this.#at.output.hashReject(payload);
  }

  hashes(): void {
    this.#at.isUnderWay = true;
    this.#at.breach('unrequested-hashes', 'we ask for none');
  }

  hashReject(): void {
    this.#at.isUnderWay = true;
    this.#at.breach('unrequested-hashes', 'we ask for none');
  }

  unknown(id: number, payloadBytes: number): void {
    this.#at.events.push({
      type: 'violation',
      fault: 'unknown-message',
      reaction: 'ignore',
      detail: `message ${id} of ${payloadBytes} bytes`,
    });
  }

  #unrequested(piece: number, begin: number, length: number): void {
    const at = this.#at;
    if (length > 0 && begin % at.limits.blockBytes !== 0) {
      at.breach('block-out-of-range', `byte ${begin} of piece ${piece} begins no block`);
    }
    const detail = `piece ${piece}, bytes ${begin} and ${length} more`;
    at.breach(length === 0 ? 'empty-block' : 'unrequested-piece', detail, Math.max(1, length));
  }

  #isFastPiece(piece: number): boolean {
    if (piece < this.#at.shape.pieceCount) return true;
    this.#at.breach('fast-piece-out-of-range', `piece ${piece}`);
    return false;
  }
}

const CHOKE: SessionEvent = { type: 'choke' };
const UNCHOKE: SessionEvent = { type: 'unchoke' };
const INTERESTED: SessionEvent = { type: 'interested' };
const NOT_INTERESTED: SessionEvent = { type: 'not-interested' };
