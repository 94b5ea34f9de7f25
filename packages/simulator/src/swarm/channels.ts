/**
 * Whither a peer's broadcasts go: the channels of each machine of an AS, one for each AS that has
 * somebody who hears it, our own included.
 *
 * Nine in ten messages are a `have`, and every `have` goes to all neighbours. So it crosses a
 * border once, under the number of a channel, and the other AS knows who listens to that
 * (`audiences.ts`). The sender knows only how many they are.
 *
 *     channel   system, number, listeners     3 words to a channel; of a machine, in order of AS
 */

import { type Column, grown, type PeerTables } from '@cachetorrent/protocol';

/** Words of a channel. */
export const CHANNEL = 3;
export const SYSTEM = 0;
export const NUMBER = 1;
export const LISTENERS = 2;

export class Channels implements Column {
  /** Those of a machine begin at `first`. */
  words: Int32Array = new Int32Array(0);
  readonly #tables: PeerTables;
  /** How many channels each machine has: never more than connections. */
  readonly #counts: Uint16Array;
  /** How many channels lead to each AS. */
  readonly #numbers: Int32Array;

  /** For the machines of an AS, each with the row of its number, among so many AS. */
  constructor(tables: PeerTables, systemCount: number) {
    this.#tables = tables;
    this.#counts = new Uint16Array(tables.blockOf.length);
    this.#numbers = new Int32Array(systemCount);
    tables.add(this);
  }

  grow(connections: number): void {
    this.words = grown(this.words, new Int32Array(CHANNEL * connections));
  }

  move(from: number, to: number, count: number): void {
    this.words.copyWithin(CHANNEL * to, CHANNEL * from, CHANNEL * (from + count));
  }

  /** The first word of a machine's channels. */
  first(machine: number): number {
    return CHANNEL * this.#tables.blockOf[machine]!;
  }

  /** The word after the last of them. */
  end(machine: number): number {
    return this.first(machine) + CHANNEL * this.#counts[machine]!;
  }

  /** One more in `system` listens to a machine. Returns the number of the channel to there. */
  addListener(machine: number, system: number): number {
    const first = this.first(machine);
    let at = first;
    const end = this.end(machine);
    while (at < end && this.words[at + SYSTEM]! < system) at += CHANNEL;
    if (at === end || this.words[at + SYSTEM] !== system) {
      this.words.copyWithin(at + CHANNEL, at, end);
      this.words.set([system, this.#numbers[system]!++, 0], at);
      this.#counts[machine]!++;
    }
    this.words[at + LISTENERS]!++;
    return this.words[at + NUMBER]!;
  }
}
