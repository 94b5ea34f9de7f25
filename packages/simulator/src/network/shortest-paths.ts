/**
 * Shortest paths from one vertex to all others of a range of a graph: Dijkstra's algorithm with
 * Dial's buckets (Dial 1969). Lengths are small whole numbers, so the queued vertices are in a ring
 * of buckets, one for each distance, each a doubly linked list:
 *
 *     bucket    d mod (longest edge + 1)
 *     #head     the first vertex of each bucket, or NONE
 *     #next     the vertex after this one in its bucket; #previous the one before it
 *
 * The distances of queued vertices differ by at most the longest edge, so no bucket of the ring has
 * two different distances. Edges that leave the range are not followed.
 */

import { assert } from '@cachetorrent/std';

import { type Graph, vertexCountOf } from './graph.ts';

/** The distance of a vertex that cannot be reached. */
export const UNREACHABLE = 0xffff;

export class ShortestPaths {
  readonly #graph: Graph;
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #distanceMs: Uint16Array;

  /** Allocates space for ranges of up to `sizeMax` vertices. */
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
   * Returns the distance in ms from `source` to each vertex of `first .. end - 1`, over these
   * alone. Vertex `first` is at index 0. The next call overwrites the array.
   *
   * Distances above `maxMs` are not computed: such entries are UNREACHABLE, or some value above it.
   */
  from(source: number, first: number, end: number, maxMs: number = Infinity): Uint16Array {
    assert(source >= first && source < end, 'the source is within the range');
    const { rowStart, target, lengthMs } = this.#graph;
    const distanceMs = this.#distanceMs.subarray(0, end - first);
    const ringSize = this.#head.length;
    distanceMs.fill(UNREACHABLE);
    distanceMs[source - first] = 0;
    this.#enqueue(source - first, 0);

    let queuedCount = 1;
    for (let nowMs = 0; queuedCount > 0; nowMs++) {
      const bucket = nowMs % ringSize;
      if (nowMs > maxMs) {
        this.#head.fill(NONE);
        break;
      }
      for (let vertex = this.#head[bucket]!; vertex !== NONE; vertex = this.#head[bucket]!) {
        this.#dequeue(vertex, bucket);
        queuedCount--;
        const rowEnd = rowStart[first + vertex + 1]!;
        for (let entry = rowStart[first + vertex]!; entry < rowEnd; entry++) {
          const neighbour = target[entry]! - first;
          if (neighbour < 0 || neighbour >= end - first) continue;
          const viaVertexMs = nowMs + lengthMs[entry]!;
          const knownMs = distanceMs[neighbour]!;
          if (viaVertexMs >= knownMs) continue;
          assert(viaVertexMs < UNREACHABLE, 'a shortest path is below 65.5 s');
          if (knownMs === UNREACHABLE) queuedCount++;
          else this.#dequeue(neighbour, knownMs % ringSize);
          distanceMs[neighbour] = viaVertexMs;
          this.#enqueue(neighbour, viaVertexMs % ringSize);
        }
      }
    }
    return distanceMs;
  }

  #enqueue(vertex: number, bucket: number): void {
    const head = this.#head[bucket]!;
    this.#next[vertex] = head;
    this.#previous[vertex] = NONE;
    if (head !== NONE) this.#previous[head] = vertex;
    this.#head[bucket] = vertex;
  }

  #dequeue(vertex: number, bucket: number): void {
    const next = this.#next[vertex]!;
    const previous = this.#previous[vertex]!;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#head[bucket] = next;
    else this.#next[previous] = next;
  }
}

const NONE = -1;
