/** How available pieces are: their order on a strip, the cells of the strip, and figures. */

/** Figures of the availability of all pieces. */
export interface Availability {
  /** The piece with the fewest copies; the first of several. */
  readonly rarest: number;
  /** How many copies it has. */
  readonly least: number;
  /** How many pieces have no copy. */
  readonly none: number;
  /** How many pieces have one copy. */
  readonly single: number;
  /** The mean number of copies. */
  readonly mean: number;
}

/** The figures of `copies`, which has a number for each piece. */
export function availabilityOf(copies: Uint32Array): Availability {
  let rarest = 0;
  let least = copies[0]!;
  let none = 0;
  let single = 0;
  let sum = 0;
  for (let piece = 0; piece < copies.length; piece++) {
    const count = copies[piece]!;
    sum += count;
    if (count <= 1) {
      if (count === 0) none++;
      else single++;
    }
    if (count < least) {
      rarest = piece;
      least = count;
    }
  }
  return { rarest, least, none, single, mean: sum / copies.length };
}

/** The pieces, the rarest first; those with as many copies in their order. */
export function rarestFirst(copies: Uint32Array): Uint32Array {
  // Sorted by counting: there are millions of pieces, and few numbers of copies.
  let most = 0;
  for (const count of copies) most = Math.max(most, count);
  const next = new Uint32Array(most + 2);
  for (const count of copies) next[count + 1]!++;
  for (let count = 1; count < next.length; count++) next[count]! += next[count - 1]!;
  const order = new Uint32Array(copies.length);
  for (let piece = 0; piece < copies.length; piece++) order[next[copies[piece]!]!++] = piece;
  return order;
}

/** Places on the strip that a cell stands for: from `from` to before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The places of a cell, if `cells` of them stand for `count` places. */
export function rangeOf(cell: number, cells: number, count: number): Range {
  return {
    from: Math.floor((cell * count) / cells),
    to: Math.floor(((cell + 1) * count) / cells),
  };
}

/**
 * The cells of a strip: each has the copies of the rarest of its pieces.
 *
 * @param order the piece at each place, rarest first; the pieces in order if it is left out
 * @param cells how many; at most as many as there are pieces
 */
export function cellsOf(
  copies: Uint32Array,
  order: Uint32Array | undefined,
  cells: number,
): Uint32Array {
  const least = new Uint32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    const { from, to } = rangeOf(cell, cells, copies.length);
    least[cell] = copies[rarestIn(copies, order, { from, to })]!;
  }
  return least;
}

/** The piece with the fewest copies at these places; the first of several. */
export function rarestIn(
  copies: Uint32Array,
  order: Uint32Array | undefined,
  { from, to }: Range,
): number {
  if (order !== undefined) return order[from]!;
  let rarest = from;
  for (let piece = from + 1; piece < to; piece++) {
    if (copies[piece]! < copies[rarest]!) rarest = piece;
  }
  return rarest;
}
