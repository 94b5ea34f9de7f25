/**
 * Connected random graphs: each vertex but the first is joined to one before it, which connects
 * them all; then pairs are drawn until there are enough edges. No two edges join the same pair.
 */

import type { Random } from '@cachetorrent/std';

import type { EdgeList } from './graph.ts';

/** A range of whole milliseconds, both ends included. */
export interface LengthRange {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * Edges of a random graph of so many vertices: log2 n + 1 for each of them, rounded as a whole,
 * where there are so many pairs. Shortest paths of 100 vertices joined by 2 to 10 ms then take 7
 * to 8 ms on average, as was measured in the simulator of 2018.
 */
export function randomEdgeCount(vertexCount: number): number {
  const pairCount = (vertexCount * (vertexCount - 1)) / 2;
  return Math.min(pairCount, Math.round(vertexCount * (Math.log2(vertexCount) + 1)));
}

/** Joins `0 .. vertexCount - 1` at random; tells `join` of each edge. */
export function joinAtRandom(
  vertexCount: number,
  random: Random,
  join: (vertexA: number, vertexB: number) => void,
): void {
  const edgeCount = randomEdgeCount(vertexCount);
  const pairs = new PairSet(vertexCount, edgeCount);
  for (let vertex = 1; vertex < vertexCount; vertex++) {
    const earlier = random.below(vertex);
    pairs.add(vertex, earlier);
    join(vertex, earlier);
  }
  while (pairs.size < edgeCount) {
    const vertexA = random.below(vertexCount);
    const vertexB = random.below(vertexCount);
    if (vertexA !== vertexB && pairs.add(vertexA, vertexB)) join(vertexA, vertexB);
  }
}

/** Joins `first .. first + vertexCount - 1` at random, by edges of random lengths in `range`. */
export function addRandomGraph(
  edges: EdgeList,
  first: number,
  vertexCount: number,
  range: LengthRange,
  random: Random,
): void {
  joinAtRandom(vertexCount, random, (vertexA, vertexB) => {
    edges.add(first + vertexA, first + vertexB, drawLengthMs(range, random));
  });
}

export function drawLengthMs({ leastMs, mostMs }: LengthRange, random: Random): number {
  return leastMs + random.below(mostMs - leastMs + 1);
}

/** A set of unordered pairs of vertices: a hash table with linear probing, never over half full. */
class PairSet {
  readonly #vertexCount: number;
  /** A pair's number plus one, or 0 where a slot is free. */
  readonly #slots: Float64Array;
  size = 0;

  constructor(vertexCount: number, sizeMax: number) {
    this.#vertexCount = vertexCount;
    let slotCount = 4;
    while (slotCount < 2 * sizeMax) slotCount *= 2;
    this.#slots = new Float64Array(slotCount);
  }

  /** False if the pair was in the set already. */
  add(vertexA: number, vertexB: number): boolean {
    const low = Math.min(vertexA, vertexB);
    const high = Math.max(vertexA, vertexB);
    const number = low * this.#vertexCount + high + 1;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = ((Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 7) & mask;
    while (slots[slot] !== 0) {
      if (slots[slot] === number) return false;
      slot = (slot + 1) & mask;
    }
    slots[slot] = number;
    this.size++;
    return true;
  }
}
