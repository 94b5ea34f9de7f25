/**
 * Fewer points for a curve that has more of them than the picture has pixels: of those that fall
 * into one column of pixels, the first, the last, the least and the greatest. The curve through
 * them covers the same pixels (Jugel et al., M4: a visualization-oriented time series data
 * aggregation, VLDB 2014).
 */

/**
 * The indices, in order, of the points to draw in so many columns of pixels. `x` must not descend.
 */
export function decimate(
  x: readonly number[],
  y: readonly number[],
  columns: number,
): readonly number[] {
  const count = x.length;
  if (count <= 4 * columns) return Array.from(x, (_, i) => i);
  const start = x[0]!;
  const width = (x[count - 1]! - start) / columns;
  const columnOf = (i: number): number =>
    width === 0 ? 0 : Math.min(Math.floor((x[i]! - start) / width), columns - 1);
  const kept: number[] = [];
  let first = 0;
  while (first < count) {
    const column = columnOf(first);
    let last = first;
    let least = first;
    let greatest = first;
    while (last + 1 < count && columnOf(last + 1) === column) {
      last++;
      if (y[last]! < y[least]!) least = last;
      if (y[last]! > y[greatest]!) greatest = last;
    }
    const chosen = [first, Math.min(least, greatest), Math.max(least, greatest), last];
    kept.push(...new Set(chosen));
    first = last + 1;
  }
  return kept;
}
