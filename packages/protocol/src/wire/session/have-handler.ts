/**
 * Handles the messages that announce pieces: bitfield, have-all and have-none, then `have`.
 *
 * The owner of the session gets at most one event `bitfield`, and it precedes any `have`. A later
 * bitfield (aria2 sends them at any time) becomes one event `have` for each new piece.
 */

import { WireBitfield } from '../codec/wire-bitfield.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ReusedEvent, SessionEvent } from './events.ts';

export class HaveHandler {
  readonly #state: ConnectionState;
  readonly #have: ReusedEvent<'have'> = { type: 'have', piece: 0 };

  /** A bitfield, have-all or have-none has been received (BEP 6: exactly one, and first). */
  #hasBitfield = false;
  #hasHaveAll = false;
  /** Pieces of a late bitfield, to be reported one by one from `#latePiece` on. */
  #lateBitfield: WireBitfield | undefined;
  #latePiece = 0;

  constructor(state: ConnectionState) {
    this.#state = state;
  }

  /** Returns the next event of a late bitfield; undefined if there is none. */
  nextLateHave(): SessionEvent | undefined {
    const late = this.#lateBitfield;
    if (late === undefined) return undefined;
    while (this.#latePiece < late.pieceCount) {
      const piece = this.#latePiece++;
      if (!late.has(piece) || !this.#state.peerPieces.add(piece)) continue;
      this.#have.piece = piece;
      return this.#have;
    }
    this.#lateBitfield = undefined;
    return undefined;
  }

  have(piece: number): void {
    const state = this.#state;
    state.isPastFirstMessage = true;
    if (piece >= state.layout.pieceCount) return this.#haveOutOfRange(piece);
    if (!state.peerPieces.add(piece) && state.profile !== 'classic') return;
    this.#have.piece = piece;
    state.events.push(this.#have);
  }

  bitfield(bits: Uint8Array): void {
    const state = this.#state;
    const isLate = this.#isLate;
    if (isLate) {
      const violation = this.#hasHaveAll ? 'contradicting-bitfield' : 'late-bitfield';
      state.reportViolation(violation, 'a bitfield after other messages');
    }
    state.isPastFirstMessage = true;
    if (state.torrent.layout === undefined) return;

    const pieces = new WireBitfield(state.layout.pieceCount);
    if (!pieces.assign(bits)) {
      state.reportViolation('spare-bits', 'bits after the last piece are set');
    }
    this.#announce(pieces, isLate);
  }

  haveAll(): void {
    const state = this.#state;
    state.requireFast('have-all');
    const isLate = this.#isLate;
    if (isLate) state.reportViolation('contradicting-bitfield', 'have-all after other messages');
    state.isPastFirstMessage = true;
    this.#hasHaveAll = true;
    const pieces = new WireBitfield(state.layout.pieceCount);
    pieces.addAll();
    this.#announce(pieces, isLate);
  }

  haveNone(): void {
    const state = this.#state;
    state.requireFast('have-none');
    if (this.#isLate) {
      state.reportViolation('contradicting-bitfield', 'have-none after other messages');
    }
    state.isPastFirstMessage = true;
    this.#hasBitfield = true;
  }

  get #isLate(): boolean {
    return this.#state.isPastFirstMessage || this.#hasBitfield;
  }

  #haveOutOfRange(piece: number): void {
    const state = this.#state;
    const isLayoutKnown = state.torrent.layout !== undefined;
    if (!isLayoutKnown && piece < state.limits.pieceCount) return;
    state.reportViolation('piece-out-of-range', `have ${piece}`);
  }

  #announce(pieces: WireBitfield, isLate: boolean): void {
    const { peerPieces, events } = this.#state;
    this.#hasBitfield = true;
    if (isLate) {
      this.#lateBitfield = pieces;
      this.#latePiece = 0;
      return;
    }
    peerPieces.assign(pieces.bytes);
    events.push({ type: 'bitfield', bits: peerPieces.bytes, count: peerPieces.count });
  }
}
