/**
 * Handles the peer's requests and cancels. Each request is checked against the torrent, the pieces
 * that we have announced, and the state of the connection; only a request that we may answer
 * becomes an event.
 */

import type { Violation } from '../codec/violation-rules.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ReusedEvent } from './events.ts';
import { bytesOfPiece } from './options.ts';
import { NOT_FOUND } from './request-list.ts';

/** How often a peer may request a piece of its allowed fast set while choked (libtorrent). */
const ALLOWED_FAST_TIMES = 3;

export class RequestHandler {
  readonly #state: ConnectionState;
  readonly #request: ReusedEvent<'request'> = { type: 'request', piece: 0, begin: 0, length: 0 };

  constructor(state: ConnectionState) {
    this.#state = state;
  }

  request(piece: number, begin: number, length: number): void {
    const state = this.#state;
    if (length === 0) return this.#refuse('empty-request', piece, begin, length);
    if (!state.isInRange(piece, begin, length)) {
      return this.#refuse('request-out-of-range', piece, begin, length);
    }
    if (length > state.limits.servedBlockBytes) {
      return this.#refuse('request-too-long', piece, begin, length);
    }
    if (!state.ownPieces.has(piece) && !state.relayedPieces.has(piece)) {
      return this.#refuse('piece-not-held', piece, begin, length);
    }
    if (state.peerPieces.has(piece)) {
      return this.#refuse('request-for-held-piece', piece, begin, length);
    }
    if (state.amChoking && !this.#isAllowedFast(piece)) {
      return this.#refuseChoked(piece, begin, length);
    }
    if (state.peerRequests.findExactly(piece, begin, length) !== NOT_FOUND) {
      return this.#refuse('duplicate-request', piece, begin, length);
    }
    if (state.peerRequests.isFull) return this.#refuse('too-many-requests', piece, begin, length);
    if (!state.peerInterested) {
      state.reportViolation('request-without-interest', `piece ${piece}`);
      state.peerInterested = true;
      state.events.push({ type: 'interested' });
    }

    state.peerRequests.add(piece, begin, length);
    this.#request.piece = piece;
    this.#request.begin = begin;
    this.#request.length = length;
    state.events.push(this.#request);
  }

  cancel(piece: number, begin: number, length: number): void {
    const state = this.#state;
    const detail = describeRange(piece, begin, length);
    if (!state.isInRange(piece, begin, length)) {
      state.reportViolation('cancel-out-of-range', detail);
    }
    const index = state.peerRequests.findExactly(piece, begin, length);
    if (index === NOT_FOUND) {
      state.reportViolation('unknown-cancel', detail);
      return;
    }
    state.peerRequests.remove(index);
    state.sendReject(piece, begin, length);
    state.events.push({ type: 'cancel', piece, begin, length });
  }

  /** Rejects a request while choked; one that crossed our choke in transit is no violation. */
  #refuseChoked(piece: number, begin: number, length: number): void {
    const state = this.#state;
    const isInTransit = state.nowMs - state.chokedAtMs <= state.limits.chokeGraceMs;
    if (isInTransit) state.sendReject(piece, begin, length);
    else this.#refuse('request-while-choked', piece, begin, length);
  }

  #isAllowedFast(piece: number): boolean {
    const state = this.#state;
    const requests = state.allowedFastByUs.get(piece);
    if (requests === undefined) return false;
    const blocks = Math.ceil(bytesOfPiece(state.layout, piece) / state.limits.blockBytes);
    if (requests >= ALLOWED_FAST_TIMES * blocks) {
      state.reportViolation('allowed-fast-abuse', `piece ${piece}, ${requests + 1} requests`);
    }
    state.allowedFastByUs.set(piece, requests + 1);
    return true;
  }

  #refuse(violation: Violation, piece: number, begin: number, length: number): void {
    const state = this.#state;
    const reaction = state.reportViolation(violation, describeRange(piece, begin, length));
    if (reaction === 'reject') state.sendReject(piece, begin, length);
  }
}

/** Describes a range of bytes of a piece, for a log. */
export function describeRange(piece: number, begin: number, length: number): string {
  return `piece ${piece}, ${length} bytes from byte ${begin} on`;
}
