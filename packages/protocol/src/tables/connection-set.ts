/** A set of connections of one peer, as bits. Most peers have few connections: the first word. */

import type { Connection } from '../ids.ts';

/** So many bits of a word are used that it is a small integer, which takes no memory of its own. */
const WORD_BITS = 30;

export class ConnectionSet {
  #first = 0;
  /** The words after the first; undefined if they are all 0. */
  #others: number[] | undefined;

  has(connection: Connection): boolean {
    if (connection < WORD_BITS) return (this.#first & (1 << connection)) !== 0;
    const word = this.#others?.[indexOf(connection)] ?? 0;
    return (word & maskOf(connection)) !== 0;
  }

  add(connection: Connection): void {
    if (connection < WORD_BITS) {
      this.#first |= 1 << connection;
      return;
    }
    const others = (this.#others ??= []);
    while (others.length <= indexOf(connection)) others.push(0);
    others[indexOf(connection)]! |= maskOf(connection);
  }

  delete(connection: Connection): void {
    if (connection < WORD_BITS) this.#first &= ~(1 << connection);
    else if (this.has(connection)) this.#others![indexOf(connection)]! &= ~maskOf(connection);
  }
}

/** The index of the word of a connection among the others. */
function indexOf(connection: Connection): number {
  return Math.floor(connection / WORD_BITS) - 1;
}

function maskOf(connection: Connection): number {
  return 1 << (connection % WORD_BITS);
}
