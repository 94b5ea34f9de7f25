/**
 * What the other side says it holds: all at once in the beginning, then piece by piece.
 *
 * The owner of the session hears of a bitfield at most once, and before any `have`. What comes
 * later all at once (aria2 sends bitfields at any time) is told to it as so many `have`.
 */

import type { Conversation } from './connection-state.ts';
import { PieceBits } from '../codec/piece-bits.ts';
import type { ReusedEvent, SessionEvent } from './events.ts';

export class Availability {
  readonly #at: Conversation;
  readonly #have: ReusedEvent<'have'> = { type: 'have', piece: 0 };

  /** One of bitfield, have-all and have-none has come (BEP 6: exactly one, and first). */
  #toldAtOnce = false;
  #toldAll = false;
  /** Pieces that were told too late, to be passed on one by one from `#lateAt`. */
  #late: PieceBits | undefined;
  #lateAt = 0;

  constructor(conversation: Conversation) {
    this.#at = conversation;
  }

  /** The next event of a late bitfield, if one is left over. */
  nextLate(): SessionEvent | undefined {
    const late = this.#late;
    if (late === undefined) return undefined;
    while (this.#lateAt < late.pieceCount) {
      const piece = this.#lateAt++;
      if (!late.has(piece) || !this.#at.theirPieces.add(piece)) continue;
      this.#have.piece = piece;
      return this.#have;
    }
    this.#late = undefined;
    return undefined;
  }

  have(piece: number): void {
    const at = this.#at;
    at.isUnderWay = true;
    if (piece >= at.shape.pieceCount) return this.#haveOutside(piece);
    if (!at.theirPieces.add(piece) && at.profile !== 'classic') return;
    this.#have.piece = piece;
    at.events.push(this.#have);
  }

  bitfield(bits: Uint8Array): void {
    const at = this.#at;
    const isLate = this.#isLate;
    if (isLate) {
      const fault = this.#toldAll ? 'contradicting-availability' : 'late-bitfield';
      at.breach(fault, 'a bitfield after other messages');
    }
    at.isUnderWay = true;
    if (at.torrent.shape === undefined) return;

    const told = new PieceBits(at.shape.pieceCount);
    if (!told.assign(bits)) at.breach('spare-bits', 'bits are set behind the last piece');
    this.#tellAtOnce(told, isLate);
  }

  haveAll(): void {
    const at = this.#at;
    at.needFast('have-all');
    const isLate = this.#isLate;
    if (isLate) at.breach('contradicting-availability', 'have-all after other messages');
    at.isUnderWay = true;
    this.#toldAll = true;
    const all = new PieceBits(at.shape.pieceCount);
    all.addAll();
    this.#tellAtOnce(all, isLate);
  }

  haveNone(): void {
    const at = this.#at;
    at.needFast('have-none');
    if (this.#isLate) at.breach('contradicting-availability', 'have-none after other messages');
    at.isUnderWay = true;
    this.#toldAtOnce = true;
  }

  get #isLate(): boolean {
    return this.#at.isUnderWay || this.#toldAtOnce;
  }

  #haveOutside(piece: number): void {
    const at = this.#at;
    const isKnown = at.torrent.shape !== undefined;
    if (!isKnown && piece < at.limits.pieceCount) return;
    at.breach('piece-out-of-range', `have ${piece}`);
  }

  #tellAtOnce(told: PieceBits, isLate: boolean): void {
    const at = this.#at;
    this.#toldAtOnce = true;
    if (isLate) {
      this.#late = told;
      this.#lateAt = 0;
      return;
    }
    at.theirPieces.assign(told.bytes);
    at.events.push({ type: 'bitfield', bits: at.theirPieces.bytes, count: at.theirPieces.count });
  }
}
