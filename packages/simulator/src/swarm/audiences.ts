/**
 * Who of an AS listens to whom: for each channel on which the peer of some machine, here or in
 * another AS, says `have` to all (`channels.ts`), the connections of ours that hear it.
 *
 *     channels    start, listeners                        2 words to a channel of a source
 *     listeners   machine, connection, latencyMs, rank    4 words to a connection that hears it
 *
 * The rank is the speaker's own number of the connection. Listeners are in order of it, which is
 * the order of the messages that a broadcast stands for.
 */

import type { Connection } from '@cachetorrent/protocol';

import { ListPool } from './list-pool.ts';

/** Words of a listener. */
export const LISTENER = 4;
export const MACHINE = 0;
export const CONNECTION = 1;
export const LATENCY = 2;
const RANK = 3;

const CHANNEL = 2;
const START = 0;
const COUNT = 1;

export class Audiences {
  /** `LISTENER` words each, from `first` on. */
  readonly listeners: ListPool = new ListPool(LISTENER);
  readonly #channels = new ListPool(CHANNEL);
  /** For each source, where its channels begin, and how many there are. */
  readonly #starts: Int32Array;
  readonly #counts: Int32Array;

  /** Of what is said in any of so many AS. */
  constructor(systemCount: number) {
    this.#starts = new Int32Array(systemCount);
    this.#counts = new Int32Array(systemCount);
  }

  /** The first word of those who listen to a channel of `source`. */
  first(source: number, channel: number): number {
    return this.#channels.ints[this.#starts[source]! + CHANNEL * channel + START]!;
  }

  /** How many they are. */
  count(source: number, channel: number): number {
    return this.#channels.ints[this.#starts[source]! + CHANNEL * channel + COUNT]!;
  }

  /** A connection of `machine` listens, from now on; `rank` is the speaker's number for it. */
  add(
    source: number,
    channel: number,
    rank: Connection,
    machine: number,
    connection: Connection,
    latencyMs: number,
  ): void {
    while (this.#counts[source]! <= channel) this.#open(source);
    const at = this.#starts[source]! + CHANNEL * channel;
    const count = this.count(source, channel);
    const first = this.listeners.extend(this.first(source, channel), count);
    this.#channels.ints[at + START] = first;
    this.#channels.ints[at + COUNT] = count + 1;

    const { ints, floats } = this.listeners;
    let place = first + LISTENER * count;
    for (; place > first && ints[place - LISTENER + RANK]! > rank; place -= LISTENER) {
      ints.copyWithin(place, place - LISTENER, place);
    }
    ints[place + MACHINE] = machine;
    ints[place + CONNECTION] = connection;
    floats[place + LATENCY] = latencyMs;
    ints[place + RANK] = rank;
  }

  /** One more channel of `source`, to which nobody listens yet. */
  #open(source: number): void {
    const count = this.#counts[source]!++;
    const start = this.#channels.extend(this.#starts[source]!, count);
    this.#starts[source] = start;
    this.#channels.ints.fill(0, start + CHANNEL * count, start + CHANNEL * (count + 1));
  }
}
