/**
 * The connected components of a graph whose edges are added one by one: disjoint sets with union by
 * size and path halving.
 *
 *     parent   1  1  1  4  4      two components: 0, 1 and 2, represented by 1; 3 and 4, by 4
 */

export class ConnectedComponents {
  readonly #parent: Uint32Array;
  readonly #size: Uint32Array;

  /** A graph with the vertices 0 to `count - 1` and no edge: each is a component of its own. */
  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, i) => i);
    this.#size = new Uint32Array(count).fill(1);
  }

  /** Adds an edge: the components of `a` and `b` become one. */
  union(a: number, b: number): void {
    let kept = this.find(a);
    let joined = this.find(b);
    if (kept === joined) return;
    if (this.#size[kept]! < this.#size[joined]!) [kept, joined] = [joined, kept];
    this.#parent[joined] = kept;
    this.#size[kept]! += this.#size[joined]!;
  }

  /** The vertex that represents the component of `a`. */
  find(a: number): number {
    const parent = this.#parent;
    let vertex = a;
    while (parent[vertex] !== vertex) {
      parent[vertex] = parent[parent[vertex]!]!;
      vertex = parent[vertex]!;
    }
    return vertex;
  }

  /** The number of vertices in the component of `a`. */
  sizeOf(a: number): number {
    return this.#size[this.find(a)]!;
  }
}
