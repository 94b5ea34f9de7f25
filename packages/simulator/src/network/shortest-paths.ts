/**
 * Shortest paths from one vertex to all others of a range of a graph: Dijkstra's algorithm with
 * Dial's buckets (Dial 1969). Lengths are small whole numbers, so the vertices that wait stand in
 * a ring of buckets, one for each distance, each a doubly linked list:
 *
 *     bucket    d mod (longest edge + 1)
 *     #head     first vertex of each bucket, or NONE
 *     #next     the vertex after this one in its bucket; #previous the one before it
 *
 * No waiting distance is further from the least than the longest edge, so the ring has no two
 * distances in one bucket. Edges that leave the range are not followed.
 */

import { assert } from '@cachetorrent/std';

import { type Graph, vertexCountOf } from './graph.ts';

/** The distance of what cannot be reached. */
export const UNREACHABLE = 0xffff;

export class ShortestPaths {
  readonly #graph: Graph;
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #distanceMs: Uint16Array;

  /** Room for ranges of up to `sizeMax` vertices. */
  constructor(graph: Graph, sizeMax: number = vertexCountOf(graph)) {
    let longestMs = 0;
    for (const lengthMs of graph.lengthMs) if (lengthMs > longestMs) longestMs = lengthMs;
    this.#graph = graph;
    this.#head = new Int32Array(longestMs + 1).fill(NONE);
    this.#next = new Int32Array(sizeMax);
    this.#previous = new Int32Array(sizeMax);
    this.#distanceMs = new Uint16Array(sizeMax);
  }

  /**
   * The distance in ms from `source` to each of `first .. end - 1`, over these alone. Vertex
   * `first` is at index 0. The array is overwritten by the next call.
   *
   * `farthestMs` ends the search: what is farther is UNREACHABLE, or has a distance above it.
   */
  from(source: number, first: number, end: number, farthestMs: number = Infinity): Uint16Array {
    assert(source >= first && source < end, 'a path begins in its range');
    const { rowStart, target, lengthMs } = this.#graph;
    const distanceMs = this.#distanceMs.subarray(0, end - first);
    const ringSize = this.#head.length;
    distanceMs.fill(UNREACHABLE);
    distanceMs[source - first] = 0;
    this.#enter(source - first, 0);

    let waiting = 1;
    for (let nowMs = 0; waiting > 0; nowMs++) {
      const bucket = nowMs % ringSize;
      if (nowMs > farthestMs) {
        this.#head.fill(NONE);
        break;
      }
      for (let vertex = this.#head[bucket]!; vertex !== NONE; vertex = this.#head[bucket]!) {
        this.#leave(vertex, bucket);
        waiting--;
        const rowEnd = rowStart[first + vertex + 1]!;
        for (let place = rowStart[first + vertex]!; place < rowEnd; place++) {
          const neighbour = target[place]! - first;
          if (neighbour < 0 || neighbour >= end - first) continue;
          const byVertexMs = nowMs + lengthMs[place]!;
          const knownMs = distanceMs[neighbour]!;
          if (byVertexMs >= knownMs) continue;
          assert(byVertexMs < UNREACHABLE, 'a shortest path is under 65.5 s');
          if (knownMs === UNREACHABLE) waiting++;
          else this.#leave(neighbour, knownMs % ringSize);
          distanceMs[neighbour] = byVertexMs;
          this.#enter(neighbour, byVertexMs % ringSize);
        }
      }
    }
    return distanceMs;
  }

  #enter(vertex: number, bucket: number): void {
    const head = this.#head[bucket]!;
    this.#next[vertex] = head;
    this.#previous[vertex] = NONE;
    if (head !== NONE) this.#previous[head] = vertex;
    this.#head[bucket] = vertex;
  }

  #leave(vertex: number, bucket: number): void {
    const next = this.#next[vertex]!;
    const previous = this.#previous[vertex]!;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#head[bucket] = next;
    else this.#next[previous] = next;
  }
}

const NONE = -1;
