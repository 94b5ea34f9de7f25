/**
 * What there is a value of for each connection of all peers that share a host's tables.
 *
 * A peer's connections lie side by side, in its block (`Blocks.blockOf`). One that outgrows its
 * block moves to a larger one at the end, and every column moves with it.
 */

export interface ConnectionColumn {
  /** Makes room for so many connections of all peers; new values are 0. */
  grow(connections: number): void;
  /** Copies the values of `count` connections. */
  move(from: number, to: number, count: number): void;
}

/** Where the connections of each peer lie. */
export interface ConnectionLayout {
  /** For each row, the first of its connections. */
  readonly firstConnection: Int32Array;
  /** From now on there is a value of `column` for each connection. */
  addColumn(column: ConnectionColumn): void;
}

/** The values of `old` in `larger`. */
export function grown<
  Row extends Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array,
>(old: Row, larger: Row): Row {
  larger.set(old);
  return larger;
}
