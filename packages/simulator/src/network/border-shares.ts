/**
 * What one AS knows of the borders that its flows cross, in an allocation of rates
 * (`bordered-allocation.ts`).
 *
 * A border freezes in a round if no flow over it vetoes: a flow vetoes a border if the share of
 * another of its resources is less. Each AS looks for vetoes among the flows that it counts, and
 * writes the number of the round into the border's slot. It does not matter who does, nor how many:
 * a border without a veto in a round has frozen in it, or has no flows any more.
 *
 *     cells     unfixed flows, kbit/s of those that are fixed      written by the AS that counts
 *     share     (capacity - kbit/s of all its cells) / unfixed flows of all its cells
 *     vetoed    the last round with a veto
 *
 * A border with one cell gets its share from the AS that counts its flows, when that AS publishes.
 * For one with several, an AS adds them up in a step of its own, by ascending AS, so that the sum
 * does not depend on who does it.
 */

import type { BorderTable } from './borders.ts';
import { sharedFloat64, sharedInt32 } from './shared-arrays.ts';

/** The shared memory of the borders in an allocation. */
export interface SharedBorders {
  /** The share of each border, in kbit/s, as of the last round in which it had unfixed flows. */
  readonly shareKbps: Float64Array;
  /** The last round in which a flow has vetoed the border. */
  readonly vetoedRound: Int32Array;
  /** For each cell: the number of unfixed flows, and the rate of those that are fixed. */
  readonly unfixedOfCell: Int32Array;
  readonly fixedKbpsOfCell: Float64Array;
}

export function sharedBorders({ capacityKbps, borderOfCell }: BorderTable): SharedBorders {
  return {
    shareKbps: sharedFloat64(capacityKbps.length),
    vetoedRound: sharedInt32(capacityKbps.length),
    unfixedOfCell: sharedInt32(borderOfCell.length),
    fixedKbpsOfCell: sharedFloat64(borderOfCell.length),
  };
}

/** Flows that leave the AS, or that enter it. */
export type Direction = 0 | 1;
export const OUTGOING = 0;
export const INCOMING = 1;

/** Some border has several cells, so that a round needs a step to add them up. */
export function hasSums({ borderOfCell, capacityKbps }: BorderTable): boolean {
  return borderOfCell.length > capacityKbps.length;
}

/**
 * What holds for all flows between two AS in one step, found once: all AS of a thread use the same
 * space, one after the other.
 */
export class RouteScratch {
  /** For both directions and each other AS: the kbit/s looked for, and the step in which. */
  readonly kbps: Float64Array;
  readonly foundIn: Float64Array;
  /** The number of the present step of the present AS. */
  step = 0;

  constructor({ asCount }: BorderTable) {
    this.kbps = new Float64Array(2 * asCount);
    this.foundIn = new Float64Array(2 * asCount);
  }
}

export class BorderShares {
  readonly #table: BorderTable;
  readonly #shared: SharedBorders;
  readonly #scratch: RouteScratch;
  readonly #asId: number;
  readonly #firstCell: number;
  /** For each own cell: the flows, and those of them that are unfixed, and the rate of others. */
  readonly #flowCount: Int32Array;
  readonly #unfixedCount: Int32Array;
  readonly #fixedKbps: Float64Array;
  /** For each own cell, whether no own flow has vetoed its border in this round. */
  readonly #isOpen: Uint8Array;
  /** For each direction, the number of own cells whose border may still freeze in this round. */
  readonly #openCount: [number, number] = [0, 0];
  /** The borders with several cells that this AS adds up. */
  readonly #summed: readonly number[];
  /** For each direction, whether this AS counts flows. */
  readonly counts: readonly [boolean, boolean];

  constructor(table: BorderTable, shared: SharedBorders, scratch: RouteScratch, asId: number) {
    this.#table = table;
    this.#shared = shared;
    this.#scratch = scratch;
    this.#asId = asId;
    this.#firstCell = table.firstCell[asId]!;
    const cells = table.firstCell[asId + 1]! - this.#firstCell;
    this.#flowCount = new Int32Array(cells);
    this.#unfixedCount = new Int32Array(cells);
    this.#fixedKbps = new Float64Array(cells);
    this.#isOpen = new Uint8Array(cells);
    const sides = Array.from({ length: cells }, (_, own) => this.#sideOf(own));
    this.counts = [sides.includes(OUTGOING), sides.includes(INCOMING)];
    this.#summed = bordersSummedBy(asId, table);
  }

  /** A flow between this AS and another is opened. */
  open(direction: Direction, other: number): void {
    this.#addFlows(direction, other, 1);
  }

  close(direction: Direction, other: number): void {
    this.#addFlows(direction, other, -1);
  }

  /** All flows are unfixed. */
  begin(): void {
    this.#unfixedCount.set(this.#flowCount);
    this.#fixedKbps.fill(0);
  }

  /** A flow between this AS and another has its rate. */
  fix(direction: Direction, other: number, kbps: number): void {
    if (!this.counts[direction]) return;
    const { start, countedAt, crossed, cellOfCrossing } = this.#table;
    const pair = this.#pairOf(direction, other);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      if (countedAt[crossed[at]!] !== direction) continue;
      const own = cellOfCrossing[at]! - this.#firstCell;
      this.#unfixedCount[own]!--;
      this.#fixedKbps[own]! += kbps;
    }
  }

  /** Publishes the own cells, and the shares of borders that have no others. */
  publish(): void {
    const { borderOfCell, firstOfBorder } = this.#table;
    const { unfixedOfCell, fixedKbpsOfCell } = this.#shared;
    for (let own = 0; own < this.#flowCount.length; own++) {
      if (this.#flowCount[own] === 0 && unfixedOfCell[this.#firstCell + own] === 0) continue;
      const unfixed = this.#unfixedCount[own]!;
      const cell = this.#firstCell + own;
      const border = borderOfCell[cell]!;
      unfixedOfCell[cell] = unfixed;
      if (firstOfBorder[border + 1]! - firstOfBorder[border]! > 1) {
        fixedKbpsOfCell[cell] = this.#fixedKbps[own]!;
      } else if (unfixed > 0) this.#setShare(border, this.#fixedKbps[own]!, unfixed);
    }
  }

  /** Adds up the cells of some of the borders that have several, when all AS have published. */
  sum(): void {
    const { firstOfBorder, cellsOfBorder } = this.#table;
    const { unfixedOfCell, fixedKbpsOfCell } = this.#shared;
    for (const border of this.#summed) {
      let unfixed = 0;
      let fixedKbps = 0;
      for (let at = firstOfBorder[border]!; at < firstOfBorder[border + 1]!; at++) {
        const cell = cellsOfBorder[at]!;
        unfixed += unfixedOfCell[cell]!;
        fixedKbps += fixedKbpsOfCell[cell]!;
      }
      if (unfixed > 0) this.#setShare(border, fixedKbps, unfixed);
    }
  }

  /** A step begins in which `leastKbps` or `frozenKbps` is called, not both. */
  beginStep(): void {
    this.#scratch.step++;
  }

  /** The least share of the borders between this AS and another; Infinity if there is none. */
  leastKbps(direction: Direction, other: number): number {
    const { kbps, foundIn, step } = this.#scratch;
    const place = 2 * other + direction;
    if (foundIn[place] === step) return kbps[place]!;
    const { start, crossed } = this.#table;
    const { shareKbps } = this.#shared;
    const pair = this.#pairOf(direction, other);
    let leastKbps = Infinity;
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const share = shareKbps[crossed[at]!]!;
      if (share < leastKbps) leastKbps = share;
    }
    foundIn[place] = step;
    kbps[place] = leastKbps;
    return leastKbps;
  }

  /**
   * The share of a border between this AS and another that froze in `round`, for flows that were
   * unfixed before; -1 if none did.
   */
  frozenKbps(direction: Direction, other: number, round: number): number {
    const { kbps, foundIn, step } = this.#scratch;
    const place = 2 * other + direction;
    if (foundIn[place] === step) return kbps[place]!;
    const { start, crossed } = this.#table;
    const { shareKbps, vetoedRound } = this.#shared;
    const pair = this.#pairOf(direction, other);
    let frozenKbps = -1;
    for (let at = start[pair]!; at < start[pair + 1]! && frozenKbps < 0; at++) {
      const border = crossed[at]!;
      if (vetoedRound[border]! < round) frozenKbps = shareKbps[border]!;
    }
    foundIn[place] = step;
    kbps[place] = frozenKbps;
    return frozenKbps;
  }

  /** Looking for vetoes begins. */
  beginVetoes(): void {
    this.#openCount[OUTGOING] = 0;
    this.#openCount[INCOMING] = 0;
    for (let own = 0; own < this.#flowCount.length; own++) {
      const isOpen = this.#unfixedCount[own]! > 0;
      this.#isOpen[own] = isOpen ? 1 : 0;
      if (isOpen) this.#openCount[this.#sideOf(own)]++;
    }
  }

  /** Whether a flow of a direction may veto a border that this AS counts. */
  seeksVetoes(direction: Direction): boolean {
    return this.#openCount[direction] > 0;
  }

  /** A flow between this AS and another has no resource with a smaller share than `kbps`. */
  veto(direction: Direction, other: number, kbps: number, round: number): void {
    const { start, crossed, countedAt, cellOfCrossing } = this.#table;
    const { shareKbps, vetoedRound } = this.#shared;
    const pair = this.#pairOf(direction, other);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const border = crossed[at]!;
      if (countedAt[border] !== direction || shareKbps[border]! <= kbps) continue;
      const own = cellOfCrossing[at]! - this.#firstCell;
      if (this.#isOpen[own] === 0) continue;
      this.#isOpen[own] = 0;
      this.#openCount[direction]--;
      vetoedRound[border] = round;
    }
  }

  /**
   * Of the borders between two AS, the share of the one that froze first in an allocation that
   * began with `firstRound`, if it froze before `round`; otherwise `kbps`.
   */
  earliestKbps(pair: number, kbps: number, round: number, firstRound: number): number {
    const { start, crossed } = this.#table;
    const { shareKbps, vetoedRound } = this.#shared;
    let earliest = round;
    let earliestKbps = kbps;
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const border = crossed[at]!;
      const frozenRound = Math.max(vetoedRound[border]! + 1, firstRound);
      if (frozenRound >= earliest) continue;
      earliest = frozenRound;
      earliestKbps = shareKbps[border]!;
    }
    return earliestKbps;
  }

  #setShare(border: number, fixedKbps: number, unfixed: number): void {
    const leftKbps = this.#table.capacityKbps[border]! - fixedKbps;
    // Rounding may take more than there is.
    this.#shared.shareKbps[border] = Math.max(0, leftKbps) / unfixed;
  }

  #addFlows(direction: Direction, other: number, change: number): void {
    const { start, countedAt, crossed, cellOfCrossing } = this.#table;
    const pair = this.#pairOf(direction, other);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      if (countedAt[crossed[at]!] !== direction) continue;
      this.#flowCount[cellOfCrossing[at]! - this.#firstCell]! += change;
    }
  }

  #pairOf(direction: Direction, other: number): number {
    const { asCount } = this.#table;
    return direction === OUTGOING ? this.#asId * asCount + other : other * asCount + this.#asId;
  }

  /** The direction of the flows that are counted in an own cell. */
  #sideOf(own: number): Direction {
    const { borderOfCell, countedAt } = this.#table;
    return countedAt[borderOfCell[this.#firstCell + own]!] === OUTGOING ? OUTGOING : INCOMING;
  }
}

/** Each border with several cells is added up by one of the AS that count its flows. */
function bordersSummedBy(asId: number, table: BorderTable): number[] {
  const { firstCell, borderOfCell, firstOfBorder, cellsOfBorder } = table;
  const summed: number[] = [];
  for (let cell = firstCell[asId]!; cell < firstCell[asId + 1]!; cell++) {
    const border = borderOfCell[cell]!;
    const first = firstOfBorder[border]!;
    const count = firstOfBorder[border + 1]! - first;
    if (count > 1 && cellsOfBorder[first + (border % count)] === cell) summed.push(border);
  }
  return summed;
}
