/**
 * Finds the repeated chokes and unchokes that have no effect on their receiver, as far as their
 * sender can know it, so that the host does not need to deliver them.
 *
 * Under the rules of the original every rechoke sends choke or unchoke on all connections. A
 * change of interest causes a rechoke, so a peer often runs its choker many times at one instant,
 * and sends each receiver the same message again and again. What the peers of one host send to one
 * receiver at one instant arrives with nothing else in between, if the latencies are equal:
 *
 *     sender     S        P            S        P        P        S
 *     message    choke    interested   choke    choke    have     choke     to the same receiver
 *     effect     maybe                 none     maybe             none, if P chokes the receiver
 *
 * This is what a message does to the downloads of its receiver, where pieces are moved whole:
 *
 * - A choke on a choked connection first sends requests on other connections, if an unchoked
 *   neighbour has announced a piece since the last choke on any connection. Then it begins or ends
 *   the interest in its sender. That depends on what the sender has announced, on what is requested
 *   from it, and on which pieces are requestable. While these stay the same, another choke of the
 *   same sender has no effect: the connection is *settled*.
 * - A choke on an unchoked connection loses requests, so that other pieces are requestable. If it
 *   has lost any, the interest is left to the next choke.
 * - An unchoke sends requests until no more fit or no more pieces are requestable. In the second
 *   case it may end the interest. After that the connection is settled, too, until other pieces
 *   are requestable or the sender announces one.
 * - A `have` on an unchoked connection lets the next choke send requests. One on a choked
 *   connection changes nothing for other senders.
 * - `interested`, `notInterested` and `request` are about what the receiver uploads.
 * - Any other message may change all of this.
 *
 * Nothing is known about what happens at a receiver between two instants, so the first message of
 * an instant is always delivered. A receiver on the same host has events of its own in between: do
 * not pass messages to it to this class.
 *
 * Messages are numbered in the order in which they are sent.
 */

import { grown } from '@cachetorrent/std';

import type { Connection } from '../ids.ts';
import { type ConnectionColumn, moveValues } from './connection-columns.ts';
import type { PeerTables } from './peer-tables.ts';

/** The most entries for receivers. Two receivers that share an entry unsettle each other. */
const ENTRIES_MAX = 2 ** 12;
const ENTRY_WORDS = 3;
/** The receiver of an entry. */
const RECEIVER = 0;
/** The last message to it that may have made other pieces requestable. */
const RELEASED = 1;
/** The last message after which requests may have been sent, or may be with the next choke. */
const REQUESTED = 2;
/** The number of a message that precedes all others: the connection is not settled. */
const UNSETTLED = 1;

export class RepeatedChokes implements ConnectionColumn {
  readonly #tables: PeerTables;
  /**
   * For each connection, the message that has settled it: positive if its other side is choked,
   * negative if it is unchoked.
   */
  #settled = new Float64Array(0);
  /** Three numbers for each entry; see above. */
  readonly #entries: Float64Array;
  readonly #entryMask: number;
  #nowMs = -1;
  /** The last message, and the last one before this instant. */
  #last = UNSETTLED;
  #lastBefore = UNSETTLED;

  /** For the peers in the rows of `tables`; they send to up to `receivers` others. */
  constructor(tables: PeerTables, receivers: number) {
    this.#tables = tables;
    let entries = 1;
    while (entries < Math.min(receivers, ENTRIES_MAX)) entries *= 2;
    this.#entryMask = entries - 1;
    this.#entries = new Float64Array(ENTRY_WORDS * entries).fill(-1);
    tables.addColumn(this);
  }

  grow(connections: number): void {
    this.#settled = grown(this.#settled, connections);
  }

  move(from: number, to: number, count: number): void {
    moveValues(this.#settled, from, to, count);
  }

  clear(from: number, count: number): void {
    this.#settled.fill(0, from, from + count);
  }

  /** All messages from now on are sent at this time. */
  setNow(nowMs: number): void {
    if (nowMs === this.#nowMs) return;
    this.#nowMs = nowMs;
    this.#lastBefore = this.#last;
  }

  /** The peer of a row chokes `receiver`. Returns whether this has no effect. */
  choke(row: number, connection: Connection, receiver: number): boolean {
    const at = this.#tables.firstConnection[row]! + connection;
    const entry = this.#entryOf(receiver);
    const settled = this.#settled[at]!;
    if (
      settled > this.#lastBefore &&
      settled >= this.#entries[entry + RELEASED]! &&
      settled >= this.#entries[entry + REQUESTED]!
    ) {
      return true;
    }
    const message = ++this.#last;
    if (settled < 0) {
      this.#settled[at] = UNSETTLED;
      this.#entries[entry + RELEASED] = message;
    } else {
      this.#settled[at] = message;
    }
    return false;
  }

  /** The peer of a row unchokes `receiver`. Returns whether this has no effect. */
  unchoke(row: number, connection: Connection, receiver: number): boolean {
    const at = this.#tables.firstConnection[row]! + connection;
    const entry = this.#entryOf(receiver);
    const settled = -this.#settled[at]!;
    if (settled > this.#lastBefore && settled >= this.#entries[entry + RELEASED]!) return true;
    const message = ++this.#last;
    this.#settled[at] = -message;
    this.#entries[entry + REQUESTED] = message;
    return false;
  }

  /** The peer of a row announces a piece to `receiver`. */
  have(row: number, connection: Connection, receiver: number): void {
    const at = this.#tables.firstConnection[row]! + connection;
    const isChoked = this.#settled[at]! >= 0;
    this.#settled[at] = isChoked ? UNSETTLED : -UNSETTLED;
    if (!isChoked) this.#entries[this.#entryOf(receiver) + REQUESTED] = ++this.#last;
  }

  /** A message to `receiver` that may change what it requests and in whom it is interested. */
  other(receiver: number): void {
    this.#entries[this.#entryOf(receiver) + RELEASED] = ++this.#last;
  }

  /** The entry of a receiver, which takes the place of another one if they share it. */
  #entryOf(receiver: number): number {
    const entry = ENTRY_WORDS * (receiver & this.#entryMask);
    if (this.#entries[entry + RECEIVER] !== receiver) {
      this.#entries[entry + RECEIVER] = receiver;
      this.#entries[entry + RELEASED] = ++this.#last;
    }
    return entry;
  }
}
