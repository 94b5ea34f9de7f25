/**
 * The connections of each peer as its own side knows them: the other peer, and two flags. A side is
 * independent of the other one, which may notice the end of a connection later.
 *
 *     lists[peer]    4 · remote + 2 · may download + unchoked,  4 · remote + …
 */

import { Malformed } from '../errors.ts';

const UNCHOKED = 1;
const MAY_DOWNLOAD = 2;
const REMOTE = 4;

/** More than any peer has; finding one takes time in proportion to them. */
const CONNECTIONS_MAX = 2 ** 15;

/** A connection, as one of its sides knows it. */
export interface Neighbour {
  /** The id of the other peer. */
  readonly remote: number;
  /** Whether the peer may download from it: a follower downloads in its own AS only. */
  readonly mayDownload: boolean;
  /** Whether the peer has unchoked it. */
  readonly isUnchoked: boolean;
}

export class Neighbours {
  readonly #lists: (Uint32Array | undefined)[];
  readonly #lengths: Uint32Array;

  /** For so many peers, one in each sub-torrent. */
  constructor(count: number) {
    this.#lists = new Array<Uint32Array | undefined>(count).fill(undefined);
    this.#lengths = new Uint32Array(count);
  }

  /** The number of connections of a peer. */
  countOf(peer: number): number {
    return this.#lengths[peer]!;
  }

  connect(peer: number, remote: number, mayDownload: boolean): void {
    const flags = mayDownload ? MAY_DOWNLOAD : 0;
    const at = this.#find(peer, remote);
    if (at < 0) return this.#add(peer, REMOTE * remote + flags);
    const list = this.#lists[peer]!;
    list[at] = REMOTE * remote + (list[at]! & UNCHOKED) + flags;
  }

  disconnect(peer: number, remote: number): void {
    const at = this.#find(peer, remote);
    if (at < 0) return;
    const list = this.#lists[peer]!;
    list[at] = list[--this.#lengths[peer]!]!;
  }

  unchoke(peer: number, remote: number, isUnchoked: boolean): void {
    const at = this.#find(peer, remote);
    if (at < 0) return;
    const list = this.#lists[peer]!;
    list[at] = (list[at]! & ~UNCHOKED) | (isUnchoked ? UNCHOKED : 0);
  }

  /** All connections of a peer are over. */
  clear(peer: number): void {
    this.#lengths[peer] = 0;
    this.#lists[peer] = undefined;
  }

  /** Whether `peer` has unchoked `remote`. */
  hasUnchoked(peer: number, remote: number): boolean {
    const at = this.#find(peer, remote);
    return at >= 0 && (this.#lists[peer]![at]! & UNCHOKED) !== 0;
  }

  /** The connections of a peer. */
  *of(peer: number): Generator<Neighbour, void, undefined> {
    const list = this.#lists[peer];
    for (let i = 0; i < this.#lengths[peer]!; i++) {
      const entry = list![i]!;
      yield {
        remote: entry >>> 2,
        mayDownload: (entry & MAY_DOWNLOAD) !== 0,
        isUnchoked: (entry & UNCHOKED) !== 0,
      };
    }
  }

  snapshot(): NeighboursSnapshot {
    const counts = this.#lengths.slice();
    const entries = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    for (let peer = 0; peer < counts.length; peer++) {
      const count = counts[peer]!;
      if (count === 0) continue;
      entries.set(this.#lists[peer]!.subarray(0, count), at);
      at += count;
    }
    return { counts, entries };
  }

  restore({ counts, entries }: NeighboursSnapshot): void {
    let at = 0;
    for (let peer = 0; peer < counts.length; peer++) {
      const count = counts[peer]!;
      const list = this.#lists[peer];
      if (count === 0) {
        this.#lists[peer] = undefined;
      } else if (list === undefined || list.length < count) {
        this.#lists[peer] = entries.slice(at, at + count);
      } else {
        list.set(entries.subarray(at, at + count));
      }
      at += count;
    }
    this.#lengths.set(counts);
  }

  #find(peer: number, remote: number): number {
    const list = this.#lists[peer];
    for (let i = 0; i < this.#lengths[peer]!; i++) if (list![i]! >>> 2 === remote) return i;
    return -1;
  }

  #add(peer: number, entry: number): void {
    const length = this.#lengths[peer]!;
    if (length >= CONNECTIONS_MAX) throw new Malformed('has a peer with too many connections');
    let list = this.#lists[peer];
    if (list === undefined || list.length === length) {
      const larger = new Uint32Array(Math.max(8, 2 * length));
      if (list !== undefined) larger.set(list);
      list = larger;
      this.#lists[peer] = list;
    }
    list[length] = entry;
    this.#lengths[peer] = length + 1;
  }
}

/** The connections of all peers, to keep. */
export interface NeighboursSnapshot {
  /** How many each peer has. */
  readonly counts: Uint32Array;
  /** The connections of all, peer by peer. */
  readonly entries: Uint32Array;
}
