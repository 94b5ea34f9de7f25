/**
 * Connected random graphs: each vertex except the first is joined to a random earlier one, which
 * connects all vertices. Then random pairs are joined until there are enough edges. No two edges
 * join the same pair.
 */

import type { Random } from '@cachetorrent/std';

import type { EdgeList } from './graph.ts';

/** A range of whole milliseconds, inclusive. */
export interface LengthRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Returns the number of edges of a random graph of n vertices: n · (log2 n + 1), rounded, but at
 * most the number of pairs. The shortest paths between 100 vertices, with edges of 2 to 10 ms, then
 * take 7 to 8 ms on average, as measured in the original simulator.
 */
export function randomEdgeCount(vertexCount: number): number {
  const pairCount = (vertexCount * (vertexCount - 1)) / 2;
  return Math.min(pairCount, Math.round(vertexCount * (Math.log2(vertexCount) + 1)));
}

/** Draws a random graph of the vertices `0 .. vertexCount - 1`; calls `join` for each edge. */
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

/**
 * Adds a random graph of the vertices `first .. first + vertexCount - 1`, with edges of random
 * lengths in `range`.
 */
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

export function drawLengthMs({ minMs, maxMs }: LengthRange, random: Random): number {
  return minMs + random.below(maxMs - minMs + 1);
}

/** A set of unordered pairs of vertices: a hash table with linear probing, at most half full. */
class PairSet {
  readonly #vertexCount: number;
  /** The number of the pair in each slot, plus one; 0 if the slot is free. */
  readonly #slots: Float64Array;
  size = 0;

  constructor(vertexCount: number, sizeMax: number) {
    this.#vertexCount = vertexCount;
    let slotCount = 4;
    while (slotCount < 2 * sizeMax) slotCount *= 2;
    this.#slots = new Float64Array(slotCount);
  }

  /** Adds a pair. Returns false if the set contains it already. */
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
