/**
 * Handles the messages of the remote peer: checks each against the rules, updates the state of the
 * connection, and makes an event of it.
 *
 * Frequent messages allocate nothing: one event object per message is reused.
 */

import type { WireMessages } from '../codec/messages.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ReusedEvent, SessionEvent } from './events.ts';
import { ExtendedMessageHandler } from './extended-message-handler.ts';
import { HaveHandler } from './have-handler.ts';
import { describeRange, RequestHandler } from './request-handler.ts';
import { NOT_FOUND } from './request-list.ts';

const NO_BYTES = new Uint8Array(0);
const KEEP_ALIVES_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

export class MessageHandler implements WireMessages {
  readonly #state: ConnectionState;
  readonly #haves: HaveHandler;
  readonly #requests: RequestHandler;
  readonly #extended: ExtendedMessageHandler;

  readonly #piece: ReusedEvent<'piece'> = { type: 'piece', piece: 0, begin: 0, block: NO_BYTES };

  #keepAlives = 0;
  #keepAlivesSinceMs = 0;

  constructor(state: ConnectionState) {
    this.#state = state;
    this.#haves = new HaveHandler(state);
    this.#requests = new RequestHandler(state);
    this.#extended = new ExtendedMessageHandler(state);
  }

  /** Returns the next event of a late bitfield; undefined if there is none. */
  nextLateHave(): SessionEvent | undefined {
    return this.#haves.nextLateHave();
  }

  keepAlive(): void {
    const { nowMs } = this.#state;
    if (nowMs - this.#keepAlivesSinceMs >= MINUTE_MS) {
      this.#keepAlivesSinceMs = nowMs;
      this.#keepAlives = 0;
    }
    if (++this.#keepAlives === KEEP_ALIVES_PER_MINUTE + 1) {
      const detail = `more than ${KEEP_ALIVES_PER_MINUTE} in a minute`;
      this.#state.reportViolation('keep-alive-flood', detail);
    }
  }

  choke(): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    // Without the fast extension a choke drops all requests; with it, each is rejected.
    if (!state.features.fast) state.ownRequests.cancelAll();
    if (state.peerChoking && state.profile !== 'classic') return;
    state.peerChoking = true;
    state.events.push(CHOKE);
  }

  unchoke(): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    if (!state.peerChoking && state.profile !== 'classic') return;
    state.peerChoking = false;
    state.events.push(UNCHOKE);
  }

  interested(): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    if (state.peerInterested) return;
    state.peerInterested = true;
    state.events.push(INTERESTED);
  }

  notInterested(): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    if (!state.peerInterested) return;
    state.peerInterested = false;
    state.events.push(NOT_INTERESTED);
  }

  have(piece: number): void {
    this.#haves.have(piece);
  }
  bitfield(bits: Uint8Array): void {
    this.#haves.bitfield(bits);
  }
  haveAll(): void {
    this.#haves.haveAll();
  }
  haveNone(): void {
    this.#haves.haveNone();
  }

  request(piece: number, begin: number, length: number): void {
    this.#state.isPastFirstMessage = true;
    this.#requests.request(piece, begin, length);
  }

  cancel(piece: number, begin: number, length: number): void {
    this.#state.isPastFirstMessage = true;
    this.#requests.cancel(piece, begin, length);
  }

  piece(piece: number, begin: number, block: Uint8Array): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    if (!state.isInRange(piece, begin, Math.max(1, block.length))) {
      state.reportViolation('block-out-of-range', describeRange(piece, begin, block.length));
    }
    const index = state.ownRequests.find(piece, begin);
    if (index === NOT_FOUND) return this.#unrequestedBlock(piece, begin, block.length);
    const length = state.ownRequests.lengthAt(index);
    if (block.length === 0) {
      state.reportViolation('empty-block', `piece ${piece}, byte ${begin}`);
      state.ownRequests.remove(index);
      state.events.push({ type: 'reject', piece, begin, length });
      return;
    }
    if (block.length !== length) {
      const detail = `${block.length} bytes, requested were ${length}`;
      state.reportViolation('wrong-block-length', detail);
    }
    state.ownRequests.remove(index);
    this.#piece.piece = piece;
    this.#piece.begin = begin;
    this.#piece.block = block;
    state.events.push(this.#piece);
  }

  reject(piece: number, begin: number, length: number): void {
    const state = this.#state;
    state.requireFast('reject');
    state.isPastFirstMessage = true;
    const index = state.ownRequests.findExactly(piece, begin, length);
    if (index === NOT_FOUND) {
      state.reportViolation('unrequested-reject', describeRange(piece, begin, length));
      return;
    }
    state.ownRequests.remove(index);
    state.events.push({ type: 'reject', piece, begin, length });
  }

  suggest(piece: number): void {
    const state = this.#state;
    state.requireFast('suggest');
    state.isPastFirstMessage = true;
    if (!this.#checkFastPiece(piece)) return;
    state.events.push({ type: 'suggest', piece });
  }

  allowedFast(piece: number): void {
    const state = this.#state;
    state.requireFast('allowed-fast');
    state.isPastFirstMessage = true;
    const { allowedFastByPeer, limits, events } = state;
    if (!this.#checkFastPiece(piece) || allowedFastByPeer.has(piece)) return;
    if (allowedFastByPeer.size >= limits.fastPieces) {
      state.reportViolation('too-many-fast-pieces', `more than ${limits.fastPieces}`);
      return;
    }
    allowedFastByPeer.add(piece);
    events.push({ type: 'allowed-fast', piece });
  }

  port(port: number): void {
    const state = this.#state;
    if (port === 0 || state.torrent.isPrivate === true) {
      const detail = port === 0 ? 'the port is 0' : 'the torrent is private';
      state.reportViolation('useless-port', detail);
      return;
    }
    state.events.push({ type: 'port', port });
  }

  extended(id: number, payload: Uint8Array): void {
    this.#extended.handle(id, payload);
  }

  /** Rejects the request, as BEP 52 demands: we have no hash trees. */
  hashRequest(payload: Uint8Array): void {
    this.#state.isPastFirstMessage = true;
    this.#state.checkOutputLimit();
    this.#state.output.hashReject(payload);
  }

  hashes(): void {
    this.#state.isPastFirstMessage = true;
    this.#state.reportViolation('unrequested-hashes', 'we request none');
  }

  hashReject(): void {
    this.#state.isPastFirstMessage = true;
    this.#state.reportViolation('unrequested-hashes', 'we request none');
  }

  unknown(id: number, payloadBytes: number): void {
    this.#state.events.push({
      type: 'violation',
      violation: 'unknown-message',
      reaction: 'ignore',
      detail: `message ${id} of ${payloadBytes} bytes`,
    });
  }

  #unrequestedBlock(piece: number, begin: number, length: number): void {
    const state = this.#state;
    if (length > 0 && begin % state.limits.blockBytes !== 0) {
      state.reportViolation(
        'block-out-of-range',
        `no block begins at byte ${begin} of piece ${piece}`,
      );
    }
    const violation = length === 0 ? 'empty-block' : 'unrequested-piece';
    const detail = describeRange(piece, begin, length);
    state.reportViolation(violation, detail, Math.max(1, length));
  }

  /** Returns whether the torrent has the piece of a suggest or allowed-fast; reports if not. */
  #checkFastPiece(piece: number): boolean {
    if (piece < this.#state.layout.pieceCount) return true;
    this.#state.reportViolation('fast-piece-out-of-range', `piece ${piece}`);
    return false;
  }
}

const CHOKE: SessionEvent = { type: 'choke' };
const UNCHOKE: SessionEvent = { type: 'unchoke' };
const INTERESTED: SessionEvent = { type: 'interested' };
const NOT_INTERESTED: SessionEvent = { type: 'not-interested' };
