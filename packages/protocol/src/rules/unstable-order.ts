/**
 * The order in which the original ranks connections: by rate, and equals as its sort happens to
 * leave them.
 *
 * That sort is Go's of 2018, which is not stable: quicksort after Bentley and McIlroy
 * (*Engineering a sort function*, 1993), and below 13 elements one pass of Shell's sort with a gap
 * of six before insertion. Which of several equals wins a slot hangs on every exchange, so the
 * steps here are those of that sort, one for one. Where all are equal they stay as they were.
 */

/** An order lasts one call, so all chokers share it. */
let order = new Int32Array(64);
let scores: Float64Array = new Float64Array(0);

const SMALL = 12;
const GAP = 6;

/** The indices 0 to `count - 1`, the highest score first; valid until the next call. */
export function unstableOrder(score: Float64Array, count: number): Int32Array {
  if (order.length < count) order = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) order[i] = i;
  scores = score;
  sortRange(0, count);
  return order;
}

function precedes(i: number, j: number): boolean {
  return scores[order[i]!]! > scores[order[j]!]!;
}

function exchange(i: number, j: number): void {
  const kept = order[i]!;
  order[i] = order[j]!;
  order[j] = kept;
}

/** Go turns to heapsort when this goes very deep, which takes an adversary. */
function sortRange(from: number, to: number): void {
  let [first, end] = [from, to];
  while (end - first > SMALL) {
    const [left, right] = partition(first, end);
    if (left - first < end - right) {
      sortRange(first, left);
      first = right;
    } else {
      sortRange(right, end);
      end = left;
    }
  }
  for (let i = first + GAP; i < end; i++) if (precedes(i, i - GAP)) exchange(i, i - GAP);
  for (let i = first + 1; i < end; i++) {
    for (let j = i; j > first && precedes(j, j - 1); j--) exchange(j, j - 1);
  }
}

/** Brings the median of three to the place named first. */
function bringMedian(to: number, low: number, high: number): void {
  if (precedes(to, low)) exchange(to, low);
  if (!precedes(high, to)) return;
  exchange(high, to);
  if (precedes(to, low)) exchange(to, low);
}

function choosePivot(first: number, end: number): void {
  const middle = (first + end) >> 1;
  const last = end - 1;
  if (end - first > 40) {
    const step = (end - first) >> 3;
    bringMedian(first, first + step, first + 2 * step);
    bringMedian(middle, middle - step, middle + step);
    bringMedian(last, last - step, last - 2 * step);
  }
  bringMedian(first, middle, last);
}

/** Three ways: before the pivot, equal to it, after it; returns where the equals begin and end. */
function partition(first: number, end: number): [number, number] {
  choosePivot(first, end);
  let before = first + 1;
  let after = end - 1;
  while (before < after && precedes(before, first)) before++;
  let equal = before;
  for (;;) {
    while (equal < after && !precedes(first, equal)) equal++;
    while (equal < after && precedes(first, after - 1)) after--;
    if (equal >= after) break;
    exchange(equal++, --after);
  }
  let manyEqual = end - after < 5;
  if (!manyEqual && end - after < Math.trunc((end - first) / 4)) {
    let found = 0;
    if (!precedes(first, end - 1)) {
      exchange(after++, end - 1);
      found++;
    }
    if (!precedes(equal - 1, first)) {
      equal--;
      found++;
    }
    const middle = (first + end) >> 1;
    if (!precedes(middle, first)) {
      exchange(middle, --equal);
      found++;
    }
    manyEqual = found > 1;
  }
  if (manyEqual) equal = gatherEquals(first, before, equal);
  exchange(first, equal - 1);
  return [equal - 1, after];
}

/** Moves what equals the pivot to the end of a range; returns where that begins. */
function gatherEquals(pivot: number, from: number, to: number): number {
  let [before, equal] = [from, to];
  for (;;) {
    while (before < equal && !precedes(equal - 1, pivot)) equal--;
    while (before < equal && precedes(before, pivot)) before++;
    if (before >= equal) return equal;
    exchange(before++, --equal);
  }
}
