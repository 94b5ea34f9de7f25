/**
 * Who can reach whom: disjoint sets of peers, joined edge by edge (union by size, paths halved).
 *
 *     parent   1  1  1  4  4      0 and 2 stand with 1; 3 with 4: two islands
 */

export class ConnectedComponents {
  readonly #parent: Uint32Array;
  readonly #size: Uint32Array;

  /** Every one of 0 to `count - 1` on an island of its own. */
  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, i) => i);
    this.#size = new Uint32Array(count).fill(1);
  }

  /** `a` and `b` know each other: their islands are one. */
  join(a: number, b: number): void {
    let kept = this.of(a);
    let joined = this.of(b);
    if (kept === joined) return;
    if (this.#size[kept]! < this.#size[joined]!) [kept, joined] = [joined, kept];
    this.#parent[joined] = kept;
    this.#size[kept]! += this.#size[joined]!;
  }

  /** The one by whom the island of `a` goes. */
  of(a: number): number {
    const parent = this.#parent;
    let at = a;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  sizeOf(a: number): number {
    return this.#size[this.of(a)]!;
  }
}
