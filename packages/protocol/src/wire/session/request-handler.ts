/**
 * What the other side asks for, and takes back. Each request is held against the torrent, what we
 * have said we hold, and how things stand; only one that may be answered becomes an event.
 */

import type { Conversation } from './connection-state.ts';
import { NOT_FOUND } from './request-list.ts';
import type { Fault } from './violation-rules.ts';
import type { ReusedEvent } from './events.ts';
import { bytesOfPiece } from './options.ts';

/** How often over a peer may ask for a piece that it is allowed while choked (libtorrent). */
const ALLOWED_FAST_TIMES = 3;

export class RequestHearer {
  readonly #at: Conversation;
  readonly #request: ReusedEvent<'request'> = { type: 'request', piece: 0, begin: 0, length: 0 };

  constructor(conversation: Conversation) {
    this.#at = conversation;
  }

  request(piece: number, begin: number, length: number): void {
    const at = this.#at;
    if (length === 0) return this.#refuse('empty-request', piece, begin, length);
    if (!at.isInRange(piece, begin, length)) {
      return this.#refuse('request-out-of-range', piece, begin, length);
    }
    if (length > at.limits.servedBlockBytes) {
      return this.#refuse('request-too-long', piece, begin, length);
    }
    if (!at.ourPieces.has(piece) && !at.relayedPieces.has(piece)) {
      return this.#refuse('piece-not-held', piece, begin, length);
    }
    if (at.theirPieces.has(piece)) {
      return this.#refuse('request-for-held-piece', piece, begin, length);
    }
    if (at.amChoking && !this.#isAllowed(piece)) return this.#choked(piece, begin, length);
    if (at.theirRequests.find(piece, begin) !== NOT_FOUND) {
      return this.#refuse('duplicate-request', piece, begin, length);
    }
    if (at.theirRequests.isFull) return this.#refuse('too-many-requests', piece, begin, length);
    if (!at.isInterestedInUs) {
      at.breach('request-without-interest', `piece ${piece}`);
      at.isInterestedInUs = true;
      at.events.push({ type: 'interested' });
    }

    at.theirRequests.add(piece, begin, length);
    this.#request.piece = piece;
    this.#request.begin = begin;
    this.#request.length = length;
    at.events.push(this.#request);
  }

  cancel(piece: number, begin: number, length: number): void {
    const at = this.#at;
    const detail = `piece ${piece}, bytes ${begin} and ${length} more`;
    if (!at.isInRange(piece, begin, length)) at.breach('cancel-out-of-range', detail);
    const place = at.theirRequests.findExactly(piece, begin, length);
    if (place === NOT_FOUND) {
      at.breach('unknown-cancel', detail);
      return;
    }
    at.theirRequests.remove(place);
    at.reject(piece, begin, length);
    at.events.push({ type: 'cancel', piece, begin, length });
  }

  /** Requests cross a choke on their way: those are refused, and nobody is to blame. */
  #choked(piece: number, begin: number, length: number): void {
    const at = this.#at;
    if (at.nowMs - at.chokedAtMs <= at.limits.chokeGraceMs) at.reject(piece, begin, length);
    else this.#refuse('request-while-choked', piece, begin, length);
  }

  #isAllowed(piece: number): boolean {
    const at = this.#at;
    const requests = at.allowedToThem.get(piece);
    if (requests === undefined) return false;
    const blocks = Math.ceil(bytesOfPiece(at.shape, piece) / at.limits.blockBytes);
    if (requests >= ALLOWED_FAST_TIMES * blocks) {
      at.breach('allowed-fast-abuse', `piece ${piece}, ${requests + 1} times`);
    }
    at.allowedToThem.set(piece, requests + 1);
    return true;
  }

  #refuse(fault: Fault, piece: number, begin: number, length: number): void {
    const at = this.#at;
    const detail = `piece ${piece}, bytes ${begin} and ${length} more`;
    if (at.breach(fault, detail) === 'reject') at.reject(piece, begin, length);
  }
}
