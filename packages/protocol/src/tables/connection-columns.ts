/**
 * Arrays with one value for each connection of all peers that share a host's tables.
 *
 * The connections of one peer are adjacent: they form its range, which begins at
 * `firstConnection[row]`. A peer that outgrows its range moves to a larger one, and all its values
 * move in every column. When a peer leaves, its row and its range are cleared and used again. When
 * there is no more room and many ranges are unused, the others move together.
 */

/** An array, or a few arrays, with one value for each connection of all peers. */
export interface ConnectionColumn {
  /** Makes room for this number of connections in total; new values are 0. */
  grow(connections: number): void;
  /**
   * Moves the values of `count` adjacent connections; 0 remains. The ranges overlap at most if the
   * values move to the front.
   */
  move(from: number, to: number, count: number): void;
  /** Sets the values of `count` adjacent connections to 0, and releases what they refer to. */
  clear(from: number, count: number): void;
}

/** An array, or a few arrays, with one value for each peer. */
export interface RowColumn {
  /** Makes room for this number of rows in total; new values are as after `clearRow`. */
  growRows(rows: number): void;
  /** Sets the values of a row to those of a new peer, and releases what they refer to. */
  clearRow(row: number): void;
}

/** The positions of each peer's connections in every column. */
export interface ConnectionLayout {
  /** For each row, the position of its first connection. */
  readonly firstConnection: Int32Array;
  /** Registers `column`, which then grows and moves with the others. */
  addColumn(column: ConnectionColumn): void;
  /** Registers `column`, which then grows with the others; `growRows` is called at once. */
  addRowColumn(column: RowColumn): void;
}

/** The arrays of columns. */
type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** Moves `count` values of a column from one place to another; 0 remains. */
export function moveValues(column: Column, from: number, to: number, count: number): void {
  column.copyWithin(to, from, from + count);
  column.fill(0, to < from ? Math.max(from, to + count) : from, from + count);
}
