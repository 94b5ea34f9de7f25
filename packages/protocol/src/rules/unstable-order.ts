/**
 * The order in which the original ranks connections: by rate, and equal rates in the order in which
 * its sort happens to leave them.
 *
 * That sort is Go's of 2018, which is not stable: quicksort after Bentley and McIlroy
 * (*Engineering a sort function*, 1993), and below 13 elements one pass of Shell's sort with a gap
 * of six before insertion sort. Which of several equal connections gets a slot depends on every
 * exchange, so the steps here are exactly those of that sort. If all are equal, their order does
 * not change.
 */

/** The order that is being computed; used within one call only. */
let order = new Int32Array(64);
/** The scores by which it is sorted. */
let scores: Float64Array = new Float64Array(0);

const SMALL = 12;
const GAP = 6;

/** Sorts the indices 0 to `count - 1`, the highest score first. Valid until the next call. */
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
  const index = order[i]!;
  order[i] = order[j]!;
  order[j] = index;
}

/** Go switches to heapsort at great depth, which only adversarial input reaches. */
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

/** Moves the median of three elements to position `to`. */
function moveMedian(to: number, low: number, high: number): void {
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
    moveMedian(first, first + step, first + 2 * step);
    moveMedian(middle, middle - step, middle + step);
    moveMedian(last, last - step, last - 2 * step);
  }
  moveMedian(first, middle, last);
}

/**
 * Partitions a range into what precedes the pivot, what equals it, and what follows it. Returns
 * the beginning and the end of the middle part.
 */
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

/** Moves the elements that equal the pivot to the end of a range; returns their beginning. */
function gatherEquals(pivot: number, from: number, to: number): number {
  let [before, equal] = [from, to];
  for (;;) {
    while (before < equal && !precedes(equal - 1, pivot)) equal--;
    while (before < equal && precedes(before, pivot)) before++;
    if (before >= equal) return equal;
    exchange(before++, --equal);
  }
}
