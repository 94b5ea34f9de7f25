/** Where keys move the cursor of a strip, and of a heat map. */

/**
 * The place on a strip of `count` places that a key leads to from `place`: as a slider; undefined
 * if it is another key.
 */
export function movedPlace(place: number, key: string, count: number): number | undefined {
  const far = Math.max(10, Math.round(count / 20));
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: place + 1,
    ArrowUp: place + 1,
    ArrowLeft: place - 1,
    ArrowDown: place - 1,
    PageUp: place + far,
    PageDown: place - far,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? undefined : clamped(target, count);
}

/** A cell of a heat map. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

/**
 * The cell of a heat map that a key leads to from `cell`: arrows to its neighbours, PageUp and
 * PageDown ten rows, Home and End along the row; undefined if it is another key.
 */
export function movedCell(
  { row, column }: Cell,
  key: string,
  rows: number,
  columns: number,
): Cell | undefined {
  const targets: Readonly<Record<string, Cell>> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    PageUp: { row: row - 10, column },
    PageDown: { row: row + 10, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
  };
  const target = targets[key];
  if (target === undefined) return undefined;
  return { row: clamped(target.row, rows), column: clamped(target.column, columns) };
}

/** The nearest of `count` places, from 0. */
export function clamped(place: number, count: number): number {
  return Math.min(Math.max(0, place), count - 1);
}
