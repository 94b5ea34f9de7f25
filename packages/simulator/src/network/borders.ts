/**
 * Borders with a width: what the capacities between AS mean for the flows of a run.
 *
 * A border is a place where traffic leaves or enters an AS. Its capacity holds in one direction,
 * for all flows that cross it together. There are three kinds: all that leaves an AS, all that
 * enters it, and one direction of a link between two AS. A table has only borders that have a
 * capacity and that a route crosses. It says for each pair of hosting AS which these are:
 *
 *     pair      0 → 1   0 → 2   1 → 0   …
 *     crossed   0 3     0 5     2 1              0: out of AS 0   3: into AS 1   …
 *
 * The flows over a border are counted where they are known: by the AS that they leave or by those
 * that they enter, whichever are fewer. So each border has a cell for each AS that counts, and most
 * borders have one. The cells of an AS are next to each other:
 *
 *     cell      AS 0: 0 1   AS 1: 2 3   …
 *     border          0 1         2 3
 */

import { assert } from '@cachetorrent/std';

import { endsOfStep, type Routes } from './routes.ts';
import { sharedFloat64, sharedInt32, sharedUint32, sharedUint8 } from './shared-arrays.ts';

/** Capacities in kbit/s, Infinity where there is no limit, as `Routes` numbers AS and links. */
export interface BorderCapacities {
  /** What may leave each AS, over all its links together, its own traffic and that in transit. */
  readonly outOfAs: Float64Array;
  /** What may enter each AS. */
  readonly intoAs: Float64Array;
  /** What may cross each link: from its `from` to its `to`, then the other way. */
  readonly overLink: Float64Array;
}

/** The borders of a run that have a capacity. Plain data in shared memory. */
export interface BorderTable {
  /** The number of AS that host nodes. */
  readonly asCount: number;
  /** The capacity of each border, in kbit/s, at least 0 and finite. */
  readonly capacityKbps: Float64Array;
  /** What each is called, for messages: `out of AS64500`. */
  readonly names: readonly string[];
  /**
   * The borders on the route from hosting AS a to b are `crossed[start[a * asCount + b]]` and those
   * before the start of the next pair.
   */
  readonly start: Uint32Array;
  readonly crossed: Uint32Array;
  /** For each of these, the cell in which the flows between the two AS are counted. */
  readonly cellOfCrossing: Uint32Array;
  /** For each border, 0 if the AS that its flows leave count them, 1 if those that they enter. */
  readonly countedAt: Uint8Array;
  /** The first cell of each AS, followed by the number of all cells. */
  readonly firstCell: Uint32Array;
  /** The border of each cell. */
  readonly borderOfCell: Uint32Array;
  /** The cells of each border, by ascending AS: from `firstOfBorder[b]` to that of the next. */
  readonly firstOfBorder: Uint32Array;
  readonly cellsOfBorder: Uint32Array;
  /** The borders with several cells. */
  readonly withSeveralCells: Uint32Array;
  /** The borders by AS, if routes cross no others; see `Gates`. */
  readonly gates: Gates | undefined;
}

/**
 * The borders if a route crosses none but that out of its first AS and that into its last one, and
 * flows are counted in these AS. Then nothing has to be looked up for a pair of AS.
 */
export interface Gates {
  /** For each hosting AS, the border that all its flows to others cross, or -1. */
  readonly outOf: Int32Array;
  /** The border that all flows into it cross, or -1. */
  readonly into: Int32Array;
}

/** No border has a capacity. */
export function noCapacities({ names, links }: Routes): BorderCapacities {
  return {
    outOfAs: new Float64Array(names.length).fill(Infinity),
    intoAs: new Float64Array(names.length).fill(Infinity),
    overLink: new Float64Array(2 * links.from.length).fill(Infinity),
  };
}

/** Makes the table of the borders that have a capacity. `asCount` AS host nodes. */
export function borderTable(
  routes: Routes,
  asCount: number,
  capacities: BorderCapacities,
): BorderTable {
  const limited = new LimitedBorders(routes, capacities);
  const pairs = asCount * asCount;
  const start = sharedUint32(pairs + 1);
  const crossed: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    for (let at = routes.start[pair]!; at < routes.start[pair + 1]!; at++) {
      limited.pushCrossed(routes.steps[at]!, crossed);
    }
    start[pair + 1] = crossed.length;
  }
  const { kbps, names } = limited;
  const shared = sharedUint32(crossed.length);
  shared.set(crossed);
  const crossings = { asCount, start, crossed: shared };
  const countedAt = countingSides(crossings, kbps.length);
  const capacityKbps = sharedFloat64(kbps.length);
  capacityKbps.set(kbps);
  return tableOf(crossings, capacityKbps, names, countedAt);
}

/** A table without borders. */
export function noBorders(asCount: number): BorderTable {
  const crossings = { asCount, start: sharedUint32(asCount * asCount + 1) };
  const none = { ...crossings, crossed: sharedUint32(0) };
  const countedAt = sharedUint8(0);
  const capacityKbps = sharedFloat64(0);
  return tableOf(none, capacityKbps, [], countedAt);
}

function tableOf(
  crossings: Crossings,
  capacityKbps: Float64Array,
  names: readonly string[],
  countedAt: Uint8Array,
): BorderTable {
  const cells = cellsOf(crossings, countedAt);
  const { firstOfBorder } = cells;
  const borders = Array.from(names.keys());
  const several = borders.filter((each) => firstOfBorder[each + 1]! - firstOfBorder[each]! > 1);
  const withSeveralCells = sharedUint32(several.length);
  withSeveralCells.set(several);
  const gates = gatesOf(crossings, countedAt);
  return { ...crossings, capacityKbps, names, countedAt, ...cells, withSeveralCells, gates };
}

/** Whether no flow gets from one hosting AS to another: a border on the way has a capacity of 0. */
export function isClosed(table: BorderTable, from: number, to: number): boolean {
  return closedBorder(table, from, to) !== undefined;
}

/** The first border without capacity on the way from one hosting AS to another. */
export function closedBorder(
  { asCount, start, crossed, capacityKbps }: BorderTable,
  from: number,
  to: number,
): number | undefined {
  const pair = from * asCount + to;
  for (let at = start[pair]!; at < start[pair + 1]!; at++) {
    if (capacityKbps[crossed[at]!] === 0) return crossed[at]!;
  }
  return undefined;
}

/** Numbers the borders that have a capacity, in the order in which routes cross them. */
class LimitedBorders {
  readonly kbps: number[] = [];
  readonly names: string[] = [];
  readonly #routes: Routes;
  readonly #capacities: BorderCapacities;
  readonly #outOf = new Map<number, number>();
  readonly #into = new Map<number, number>();
  readonly #over = new Map<number, number>();

  constructor(routes: Routes, capacities: BorderCapacities) {
    this.#routes = routes;
    this.#capacities = capacities;
  }

  /** Adds the borders that a step of a route crosses. */
  pushCrossed(step: number, crossed: number[]): void {
    const { outOfAs, intoAs, overLink } = this.#capacities;
    const { leaves, enters } = endsOfStep(this.#routes, step);
    const nameOf = (index: number): string => this.#routes.names[index]!;
    this.#push(this.#outOf, leaves, outOfAs, () => `out of ${nameOf(leaves)}`, crossed);
    const between = (): string => `from ${nameOf(leaves)} to ${nameOf(enters)}`;
    this.#push(this.#over, step, overLink, between, crossed);
    this.#push(this.#into, enters, intoAs, () => `into ${nameOf(enters)}`, crossed);
  }

  #push(
    known: Map<number, number>,
    index: number,
    capacityKbps: Float64Array,
    nameOf: () => string,
    crossed: number[],
  ): void {
    if (capacityKbps[index] === Infinity) return;
    let border = known.get(index);
    if (border === undefined) {
      border = this.kbps.length;
      known.set(index, border);
      this.kbps.push(capacityKbps[index]!);
      this.names.push(nameOf());
    }
    crossed.push(border);
  }
}

type Crossings = Pick<BorderTable, 'asCount' | 'start' | 'crossed'>;

/** For each border, 1 if fewer AS are entered by its flows than are left by them. */
function countingSides({ asCount, start, crossed }: Crossings, borders: number): Uint8Array {
  const sides = [0, 1].map((side) => {
    const counts = new Uint32Array(borders);
    const lastSeen = new Int32Array(borders).fill(-1);
    for (let one = 0; one < asCount; one++) {
      for (let other = 0; other < asCount; other++) {
        const pair = side === 0 ? one * asCount + other : other * asCount + one;
        for (let at = start[pair]!; at < start[pair + 1]!; at++) {
          const border = crossed[at]!;
          if (lastSeen[border] === one) continue;
          lastSeen[border] = one;
          counts[border]!++;
        }
      }
    }
    return counts;
  });
  const countedAt = sharedUint8(borders);
  for (let border = 0; border < borders; border++) {
    if (sides[1]![border]! < sides[0]![border]!) countedAt[border] = 1;
  }
  return countedAt;
}

/** The gates of each AS, if routes cross no other borders. */
function gatesOf({ asCount, start, crossed }: Crossings, countedAt: Uint8Array): Gates | undefined {
  const outOf = sharedInt32(asCount).fill(-1);
  const into = sharedInt32(asCount).fill(-1);
  for (let pair = 0; pair < asCount * asCount; pair++) {
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      const border = crossed[at]!;
      if (countedAt[border] === 0) outOf[Math.floor(pair / asCount)] = border;
      else into[pair % asCount] = border;
    }
  }
  for (let pair = 0; pair < asCount * asCount; pair++) {
    const from = Math.floor(pair / asCount);
    const to = pair % asCount;
    if (from === to) continue;
    const leaving = outOf[from]!;
    const entering = into[to]!;
    let left = (leaving === -1 ? 0 : 1) + (entering === -1 ? 0 : 1);
    for (let at = start[pair]!; at < start[pair + 1]!; at++) {
      if (crossed[at] !== leaving && crossed[at] !== entering) return undefined;
      left--;
    }
    if (left !== 0) return undefined;
  }
  return { outOf, into };
}

/** Gives each AS a cell for each border whose flows it counts. */
function cellsOf(
  { asCount, start, crossed }: Crossings,
  countedAt: Uint8Array,
): Pick<
  BorderTable,
  'firstCell' | 'borderOfCell' | 'cellOfCrossing' | 'firstOfBorder' | 'cellsOfBorder'
> {
  const borders = countedAt.length;
  const firstCell = sharedUint32(asCount + 1);
  const cellOfCrossing = sharedUint32(crossed.length);
  const borderOfCell: number[] = [];
  const cellOf = new Int32Array(borders);
  for (let as = 0; as < asCount; as++) {
    firstCell[as] = borderOfCell.length;
    cellOf.fill(-1);
    for (let other = 0; other < asCount; other++) {
      for (const side of [0, 1]) {
        const pair = side === 0 ? as * asCount + other : other * asCount + as;
        for (let at = start[pair]!; at < start[pair + 1]!; at++) {
          const border = crossed[at]!;
          if (countedAt[border] !== side) continue;
          if (cellOf[border] === -1) cellOf[border] = borderOfCell.push(border) - 1;
          cellOfCrossing[at] = cellOf[border]!;
        }
      }
    }
  }
  firstCell[asCount] = borderOfCell.length;
  return { firstCell, cellOfCrossing, ...cellsByBorder(borderOfCell, borders) };
}

function cellsByBorder(
  borderOfCell: readonly number[],
  borders: number,
): Pick<BorderTable, 'borderOfCell' | 'firstOfBorder' | 'cellsOfBorder'> {
  const firstOfBorder = sharedUint32(borders + 1);
  for (const border of borderOfCell) firstOfBorder[border + 1]! += 1;
  for (let border = 0; border < borders; border++) {
    assert(firstOfBorder[border + 1]! > 0, 'a border of a table is crossed');
    firstOfBorder[border + 1]! += firstOfBorder[border]!;
  }
  const next = firstOfBorder.slice();
  const cellsOfBorder = sharedUint32(borderOfCell.length);
  borderOfCell.forEach((border, cell) => {
    cellsOfBorder[next[border]!++] = cell;
  });
  const shared = sharedUint32(borderOfCell.length);
  shared.set(borderOfCell);
  return { borderOfCell: shared, firstOfBorder, cellsOfBorder };
}
