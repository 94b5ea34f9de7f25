/** A set of connections of one peer, as bits. */

import type { Connection } from '../ids.ts';

export class ConnectionSet {
  #words = new Uint32Array(1);

  has(connection: Connection): boolean {
    const word = this.#words[connection >>> 5] ?? 0;
    return (word & (1 << (connection & 31))) !== 0;
  }

  add(connection: Connection): void {
    const word = connection >>> 5;
    if (word >= this.#words.length) {
      const longer = new Uint32Array(2 * (word + 1));
      longer.set(this.#words);
      this.#words = longer;
    }
    this.#words[word]! |= 1 << (connection & 31);
  }

  delete(connection: Connection): void {
    if (this.has(connection)) this.#words[connection >>> 5]! &= ~(1 << (connection & 31));
  }
}
