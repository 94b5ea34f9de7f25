/**
 * What one AS knows of the borders that its flows cross, in an allocation of rates
 * (`bordered-allocation.ts`).
 *
 * A border freezes in a round if no flow over it vetoes: a flow vetoes a border if the share of
 * another of its resources is less. Each AS looks for vetoes among the flows that it counts, and
 * writes the number of the round into the border's slot. It does not matter who does, nor how many:
 * a border without a veto in a round has frozen in it, or has no flows any more.
 *
 * Few vetoes have to be looked for: a flow that has vetoed a border does so again while it is
 * unfixed and the share of its other resource is less.
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
  /** For both directions and each other AS: the border looked for or -1, and the step in which. */
  readonly border: Int32Array;
  readonly foundIn: Float64Array;
  /** The number of the present step of the present AS. */
  step = 0;
  /** The round for which all borders with several cells were looked at, and whether one froze. */
  sumsRound = 0;
  hasFrozenSum = false;

  constructor({ asCount }: BorderTable) {
    this.border = new Int32Array(2 * asCount);
    this.foundIn = new Float64Array(2 * asCount);
  }
}

/**
 * What limits a flow more than something else: the slot of a node's upload or download, which is
 * even, `~border`, or one of these.
 */
export type Limit = number;
/** The bound of a flow, which does not change. */
export const BY_BOUND: Limit = 1;
/** Not known. */
export const UNKNOWN: Limit = 3;

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
  /**
   * For each own cell, the last veto: the own resource of its flow or -1, the resource of this flow
   * that had less than the border, and the round. It holds again while the flows of the own
   * resource are the same, and the border has more than that resource.
   */
  readonly #vetoOwn: Int32Array;
  readonly #vetoLimit: Int32Array;
  readonly #vetoRound: Int32Array;
  /** For each own cell, the direction of its flows, and whether its border has no other. */
  readonly #side: Uint8Array;
  readonly #hasOneCell: Uint8Array;
  /** If there are gates: for each direction, that of this AS, and its cell; or -1. */
  readonly #gate: [number, number] = [-1, -1];
  readonly #gateCell: [number, number] = [-1, -1];
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
    this.#vetoOwn = new Int32Array(cells).fill(-1);
    this.#vetoLimit = new Int32Array(cells);
    this.#vetoRound = new Int32Array(cells);
    const borders = table.borderOfCell.subarray(this.#firstCell, this.#firstCell + cells);
    this.#side = Uint8Array.from(borders, (border) => table.countedAt[border]!);
    const { firstOfBorder } = table;
    this.#hasOneCell = Uint8Array.from(borders, (border) =>
      firstOfBorder[border + 1]! - firstOfBorder[border]! === 1 ? 1 : 0,
    );
    this.counts = [this.#side.includes(OUTGOING), this.#side.includes(INCOMING)];
    this.#summed = bordersSummedBy(asId, table);
    if (table.gates === undefined) return;
    this.#gate = [table.gates.outOf[asId]!, table.gates.into[asId]!];
    for (let own = 0; own < cells; own++) this.#gateCell[this.#side[own] as Direction] = own;
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
    this.#vetoOwn.fill(-1);
  }

  /** A flow between this AS and another has its rate. */
  fix(direction: Direction, other: number, kbps: number): void {
    if (!this.counts[direction]) return;
    const { start, countedAt, crossed, cellOfCrossing, gates } = this.#table;
    if (gates !== undefined) {
      if (other === this.#asId) return;
      const own = this.#gateCell[direction];
      this.#unfixedCount[own]!--;
      this.#fixedKbps[own]! += kbps;
      return;
    }
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

  /** A step begins in which `leastBorder` or `frozenBorder` is called, not both. */
  beginStep(): void {
    this.#scratch.step++;
  }

  /** The border that all own flows to or from other AS cross; -1 if there is none. */
  gateOf(direction: Direction): number {
    return this.#gate[direction];
  }

  /** The border with the least share between this AS and another; -1 if there is none. */
  leastBorder(direction: Direction, other: number): number {
    const { shareKbps } = this.#shared;
    if (this.#table.gates !== undefined) {
      if (other === this.#asId) return -1;
      const own = this.#gate[direction];
      const far = this.#farGate(direction, other);
      if (own < 0) return far;
      return far < 0 || shareKbps[own]! <= shareKbps[far]! ? own : far;
    }
    const { border, foundIn, step } = this.#scratch;
    const place = 2 * other + direction;
    if (foundIn[place] === step) return border[place]!;
    const { start, crossed } = this.#table;
    const pair = this.#pairOf(direction, other);
    let least = -1;
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const each = crossed[at]!;
      if (least < 0 || shareKbps[each]! < shareKbps[least]!) least = each;
    }
    foundIn[place] = step;
    border[place] = least;
    return least;
  }

  /**
   * A border between this AS and another that froze in `round`, for flows that were unfixed before;
   * -1 if none did.
   */
  frozenBorder(direction: Direction, other: number, round: number): number {
    const { vetoedRound } = this.#shared;
    if (this.#table.gates !== undefined) {
      if (other === this.#asId) return -1;
      const own = this.#gate[direction];
      if (own >= 0 && vetoedRound[own]! < round) return own;
      const far = this.#farGate(direction, other);
      return far >= 0 && vetoedRound[far]! < round ? far : -1;
    }
    const { border, foundIn, step } = this.#scratch;
    const place = 2 * other + direction;
    if (foundIn[place] === step) return border[place]!;
    const { start, crossed } = this.#table;
    const pair = this.#pairOf(direction, other);
    let frozen = -1;
    for (let at = start[pair]!; at < start[pair + 1]! && frozen < 0; at++) {
      if (vetoedRound[crossed[at]!]! < round) frozen = crossed[at]!;
    }
    foundIn[place] = step;
    border[place] = frozen;
    return frozen;
  }

  /** The share of a border, in kbit/s; Infinity of -1. */
  kbpsOf(border: number): number {
    return border < 0 ? Infinity : this.#shared.shareKbps[border]!;
  }

  /**
   * Whether a border whose flows several AS count froze in `round` of an allocation that began with
   * `firstRound`. Nobody has said so to the AS at the other ends of these flows.
   */
  hasFrozenSum(round: number, firstRound: number): boolean {
    const scratch = this.#scratch;
    if (scratch.sumsRound === round) return scratch.hasFrozenSum;
    const { vetoedRound } = this.#shared;
    scratch.sumsRound = round;
    scratch.hasFrozenSum = false;
    for (const border of this.#table.withSeveralCells) {
      if (Math.max(vetoedRound[border]! + 1, firstRound) === round) scratch.hasFrozenSum = true;
    }
    return scratch.hasFrozenSum;
  }

  /**
   * Looking for vetoes in `round` begins. The vetoes of earlier rounds that still hold are found
   * here. `slotKbps` are the shares of uploads and downloads; `changedRound` says for each own
   * resource in which round its flows have changed last.
   */
  beginVetoes(round: number, slotKbps: Float64Array, changedRound: Int32Array): void {
    const { shareKbps, vetoedRound } = this.#shared;
    this.#openCount[OUTGOING] = 0;
    this.#openCount[INCOMING] = 0;
    for (let own = 0; own < this.#flowCount.length; own++) {
      this.#isOpen[own] = 0;
      if (this.#unfixedCount[own] === 0) continue;
      const border = this.#table.borderOfCell[this.#firstCell + own]!;
      const by = this.#vetoOwn[own]!;
      if (by >= 0 && changedRound[by]! <= this.#vetoRound[own]!) {
        const limit = this.#vetoLimit[own]!;
        const isLess =
          limit === BY_BOUND ||
          (limit < 0 ? shareKbps[~limit]! : slotKbps[limit]!) < shareKbps[border]!;
        if (isLess) {
          vetoedRound[border] = round;
          continue;
        }
      }
      this.#isOpen[own] = 1;
      this.#openCount[this.#side[own] as Direction]++;
    }
  }

  /** Whether a flow of a direction may veto a border that this AS counts. */
  seeksVetoes(direction: Direction): boolean {
    return this.#openCount[direction] > 0;
  }

  /** Whether any flow may veto a border that this AS counts. */
  get seeksAny(): boolean {
    return this.#openCount[OUTGOING] + this.#openCount[INCOMING] > 0;
  }

  /**
   * A flow of an own resource, between this AS and another, has no resource with a smaller share
   * than `limit`, which is `kbps`.
   */
  veto(
    direction: Direction,
    other: number,
    kbps: number,
    round: number,
    ownResource: number,
    limit: Limit,
  ): void {
    if (this.#table.gates !== undefined) {
      const own = this.#gateCell[direction];
      if (own >= 0) this.#vetoIfLess(own, direction, kbps, round, ownResource, limit);
      return;
    }
    const { start, crossed, countedAt, cellOfCrossing } = this.#table;
    const pair = this.#pairOf(direction, other);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      if (countedAt[crossed[at]!] !== direction) continue;
      const own = cellOfCrossing[at]! - this.#firstCell;
      this.#vetoIfLess(own, direction, kbps, round, ownResource, limit);
    }
  }

  /**
   * Looking for vetoes has ended. Of the borders that nobody vetoed here, those with one cell have
   * frozen, and `seeksVetoes` says whether there are any; of the others, this AS does not know.
   */
  endVetoes(): void {
    for (let own = 0; own < this.#flowCount.length; own++) {
      if (this.#isOpen[own] === 0 || this.#hasOneCell[own] === 1) continue;
      this.#isOpen[own] = 0;
      this.#openCount[this.#side[own] as Direction]--;
    }
  }

  /** Whether a border with one cell, between this AS and another, has frozen in this round. */
  isFrozenHere(direction: Direction, other: number): boolean {
    const { start, crossed, countedAt, cellOfCrossing, gates } = this.#table;
    if (gates !== undefined) return other !== this.#asId;
    const pair = this.#pairOf(direction, other);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      if (countedAt[crossed[at]!] !== direction) continue;
      if (this.#isOpen[cellOfCrossing[at]! - this.#firstCell] === 1) return true;
    }
    return false;
  }

  /**
   * Of the borders from one AS to another, the share of the one that froze first in an allocation
   * that began with `firstRound`, if it froze before `round`; otherwise `kbps`.
   */
  earliestKbps(from: number, to: number, kbps: number, round: number, firstRound: number): number {
    const { start, crossed, gates, asCount } = this.#table;
    const { shareKbps, vetoedRound } = this.#shared;
    let earliest = round;
    let earliestKbps = kbps;
    if (gates !== undefined) {
      if (from === to) return kbps;
      const leaving = gates.outOf[from]!;
      const entering = gates.into[to]!;
      if (leaving >= 0) {
        const frozenRound = Math.max(vetoedRound[leaving]! + 1, firstRound);
        if (frozenRound < earliest) {
          earliest = frozenRound;
          earliestKbps = shareKbps[leaving]!;
        }
      }
      if (entering >= 0) {
        const frozenRound = Math.max(vetoedRound[entering]! + 1, firstRound);
        if (frozenRound < earliest) earliestKbps = shareKbps[entering]!;
      }
      return earliestKbps;
    }
    const pair = from * asCount + to;
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const border = crossed[at]!;
      const frozenRound = Math.max(vetoedRound[border]! + 1, firstRound);
      if (frozenRound >= earliest) continue;
      earliest = frozenRound;
      earliestKbps = shareKbps[border]!;
    }
    return earliestKbps;
  }

  #vetoIfLess(
    own: number,
    direction: Direction,
    kbps: number,
    round: number,
    ownResource: number,
    limit: Limit,
  ): void {
    const { shareKbps, vetoedRound } = this.#shared;
    const border = this.#table.borderOfCell[this.#firstCell + own]!;
    if (this.#isOpen[own] === 0 || shareKbps[border]! <= kbps) return;
    this.#isOpen[own] = 0;
    this.#openCount[direction]--;
    vetoedRound[border] = round;
    this.#vetoOwn[own] = ownResource;
    this.#vetoLimit[own] = limit;
    this.#vetoRound[own] = round;
  }

  #farGate(direction: Direction, other: number): number {
    const { outOf, into } = this.#table.gates!;
    return direction === OUTGOING ? into[other]! : outOf[other]!;
  }

  #setShare(border: number, fixedKbps: number, unfixed: number): void {
    const leftKbps = this.#table.capacityKbps[border]! - fixedKbps;
    // Rounding may take more than there is.
    this.#shared.shareKbps[border] = Math.max(0, leftKbps) / unfixed;
  }

  #addFlows(direction: Direction, other: number, change: number): void {
    const { start, countedAt, crossed, cellOfCrossing, gates } = this.#table;
    if (gates !== undefined) {
      const own = this.#gateCell[direction];
      if (other !== this.#asId && own >= 0) this.#flowCount[own]! += change;
      return;
    }
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
