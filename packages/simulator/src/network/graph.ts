/**
 * An undirected graph in compressed sparse rows: the neighbours of each vertex are adjacent.
 *
 *     edges      0–1 5 ms   0–2 7 ms
 *     rowStart   0 2 3 4
 *     target     1 2 | 0 | 0
 *     lengthMs   5 7 | 5 | 7
 *
 * Plain data in shared memory, so that all workers read the same copy.
 */

import { assert } from '@cachetorrent/std';

import { sharedUint16, sharedUint32 } from './shared-arrays.ts';

export interface Graph {
  /** The start of the row of each vertex, followed by the end of the last row. */
  readonly rowStart: Uint32Array;
  /** For each entry of a row, the neighbour, and the length of the edge, in ms. */
  readonly target: Uint32Array;
  readonly lengthMs: Uint16Array;
}

export function vertexCountOf(graph: Graph): number {
  return graph.rowStart.length - 1;
}

/** The edges of a graph under construction, in any order. */
export class EdgeList {
  #ends = new Uint32Array(256);
  #lengthMs = new Uint16Array(128);
  count = 0;

  /** Adds an edge. `lengthMs` is a whole number from 1 to 65,534. */
  add(vertexA: number, vertexB: number, lengthMs: number): void {
    assert(lengthMs >= 1 && lengthMs < 0xffff, 'the length of an edge fits into sixteen bits');
    if (this.count === this.#lengthMs.length) this.#enlarge();
    this.#ends[2 * this.count] = vertexA;
    this.#ends[2 * this.count + 1] = vertexB;
    this.#lengthMs[this.count] = lengthMs;
    this.count++;
  }

  toGraph(vertexCount: number): Graph {
    const ends = this.#ends;
    const rowStart = sharedUint32(vertexCount + 1);
    for (let end = 0; end < 2 * this.count; end++) rowStart[ends[end]! + 1]!++;
    for (let vertex = 0; vertex < vertexCount; vertex++) {
      rowStart[vertex + 1]! += rowStart[vertex]!;
    }

    const target = sharedUint32(2 * this.count);
    const lengthMs = sharedUint16(2 * this.count);
    const rowEnd = rowStart.slice(0, vertexCount);
    for (let edge = 0; edge < this.count; edge++) {
      const vertexA = ends[2 * edge]!;
      const vertexB = ends[2 * edge + 1]!;
      const entryA = rowEnd[vertexA]!++;
      const entryB = rowEnd[vertexB]!++;
      target[entryA] = vertexB;
      target[entryB] = vertexA;
      lengthMs[entryA] = this.#lengthMs[edge]!;
      lengthMs[entryB] = this.#lengthMs[edge]!;
    }
    return { rowStart, target, lengthMs };
  }

  #enlarge(): void {
    const ends = new Uint32Array(2 * this.#ends.length);
    ends.set(this.#ends);
    this.#ends = ends;
    const lengthMs = new Uint16Array(2 * this.#lengthMs.length);
    lengthMs.set(this.#lengthMs);
    this.#lengthMs = lengthMs;
  }
}
