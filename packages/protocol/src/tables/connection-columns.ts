/**
 * Arrays with one value for each connection of all peers that share a host's tables.
 *
 * The connections of one peer are adjacent: they form its range, which begins at
 * `firstConnection[row]`. A peer that outgrows its range moves to a larger one at the end, and all
 * its values move in every column.
 */

/** An array, or a few arrays, with one value for each connection of all peers. */
export interface ConnectionColumn {
  /** Makes room for this number of connections in total; new values are 0. */
  grow(connections: number): void;
  /** Copies the values of `count` adjacent connections. */
  move(from: number, to: number, count: number): void;
}

/** The positions of each peer's connections in every column. */
export interface ConnectionLayout {
  /** For each row, the position of its first connection. */
  readonly firstConnection: Int32Array;
  /** Registers `column`, which then grows and moves with the others. */
  addColumn(column: ConnectionColumn): void;
}

/** Copies the values of `old` to the beginning of `larger`, and returns `larger`. */
export function grown<
  Row extends Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array,
>(old: Row, larger: Row): Row {
  larger.set(old);
  return larger;
}
