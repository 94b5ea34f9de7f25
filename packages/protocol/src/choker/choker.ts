/**
 * The interface of chokers: the algorithms that decide which connections are unchoked until the
 * next rechoke.
 *
 * A choker reads the connections whose other side is interested in us, in the order of their
 * numbers, and writes a decision for each. It keeps no state between rechokes. To add a choker,
 * add it to `chokers.ts`.
 */

import type { Random } from '@cachetorrent/std';

import type { BlockLayout } from '../blocks.ts';

/** A state of a connection, and a decision: choked. */
export const CHOKE = 0;
/** Unchoked for its rate. */
export const UNCHOKE = 1;
/** Unchoked at random, so that new neighbours can show their rate. */
export const UNCHOKE_OPTIMISTICALLY = 2;

/** How many connections a choker may unchoke. */
export interface Slots {
  /** For the connections that the choker ranks highest. */
  readonly regular: number;
  /** For others, chosen at random. */
  readonly optimistic: number;
}

/** The state of a choker that goes through its connections in turn. */
export interface Rotation {
  /** The position (`InterestedPeers.position`) at which the list begins. */
  first: number;
  /** The number of rounds so far. */
  rounds: number;
}

/** What a choker may read besides the connections. */
export interface Rechoke {
  /** The host's time, in ms. */
  readonly nowMs: number;
  /** The number of upload slots. */
  readonly slots: Slots;
  /** Whether optimistic unchokes stay, except those of connections that get a regular slot. */
  readonly keepOptimistics: boolean;
  /** The sizes of pieces and blocks. */
  readonly layout: BlockLayout;
  /** How the list of connections is rotated; the choker may change it. */
  readonly rotation: Rotation;
  /** The time since the last round, in ms. */
  readonly roundMs: number;
  /** The peer's own random stream. */
  readonly random: Random;
}

/** Assigns the upload slots: writes a decision for each connection. */
export type Choker = (interested: InterestedPeers, rechoke: Rechoke) => void;

/**
 * The connections whose other side is interested in us, in the order of their numbers: an array
 * for each property, of which the first `count` values are in use. `sent`, `chokeChangedAtMs` and
 * `blocksServed` are set for the chokers of seeds only.
 */
export class InterestedPeers {
  /** The number of connections. */
  count = 0;
  /** The number of each connection. */
  connection: Int32Array = new Int32Array(64);
  /** What was received lately: bits in the last rounds; pieces in the last 20 s if moved whole. */
  received: Float64Array = new Float64Array(64);
  /** What was sent lately, in the same unit. */
  sent: Float64Array = new Float64Array(64);
  /** The present state: CHOKE, UNCHOKE or UNCHOKE_OPTIMISTICALLY. */
  chokeState: Uint8Array = new Uint8Array(64);
  /** The time of the last choke or unchoke, in ms. */
  chokeChangedAtMs: Float64Array = new Float64Array(64);
  /** Blocks sent since then. */
  blocksServed: Uint32Array = new Uint32Array(64);
  /** The time of the last unchoke, in ms; 0 if never. Only if blocks are moved. */
  unchokedAtMs: Float64Array = new Float64Array(64);
  /** The time of the last optimistic unchoke, in ms; 0 if never. Only if blocks are moved. */
  optimisticAtMs: Float64Array = new Float64Array(64);
  /** Bits sent since the last unchoke. Only if blocks are moved. */
  sentSinceUnchoke: Float64Array = new Float64Array(64);
  /** The pieces that the other side holds, as a share from 0 to 1. Only if blocks are moved. */
  heldShare: Float64Array = new Float64Array(64);
  /** A number that was drawn when the connection was established, for chokers that use it. */
  position: Float64Array = new Float64Array(64);
  /** 1 if the other side is interested; chokers that do not ask for others see only such. */
  isInterested: Uint8Array = new Uint8Array(64);
  /** 1 if the other side leaves our requests unanswered. Only if blocks are moved. */
  isSnubbing: Uint8Array = new Uint8Array(64);
  /** The choker's decision: CHOKE (the initial value), UNCHOKE or UNCHOKE_OPTIMISTICALLY. */
  decision: Uint8Array = new Uint8Array(64);

  /** Makes room for `capacity` connections. */
  reserve(capacity: number): void {
    if (capacity <= this.connection.length) return;
    const size = Math.max(capacity, 2 * this.connection.length);
    this.connection = new Int32Array(size);
    this.received = new Float64Array(size);
    this.sent = new Float64Array(size);
    this.chokeState = new Uint8Array(size);
    this.chokeChangedAtMs = new Float64Array(size);
    this.blocksServed = new Uint32Array(size);
    this.unchokedAtMs = new Float64Array(size);
    this.optimisticAtMs = new Float64Array(size);
    this.sentSinceUnchoke = new Float64Array(size);
    this.heldShare = new Float64Array(size);
    this.position = new Float64Array(size);
    this.isInterested = new Uint8Array(size);
    this.isSnubbing = new Uint8Array(size);
    this.decision = new Uint8Array(size);
  }
}

/** The indices with the highest scores so far, the highest first; used within one call only. */
let best = new Int32Array(16);

/**
 * Unchokes up to `slots` connections with the highest scores. Of equal scores, the lower
 * connection number wins.
 */
export function unchokeBest(interested: InterestedPeers, score: Float64Array, slots: number): void {
  const { count, decision } = interested;
  if (slots === 0) return;
  if (best.length < slots) best = new Int32Array(2 * slots);
  const found = Math.min(slots, count);
  for (let i = 0; i < found; i++) insert(score, i, i);
  if (found < count) {
    let least = score[best[found - 1]!]!;
    for (let i = found; i < count; i++) {
      if (score[i]! <= least) continue;
      insert(score, i, found - 1);
      least = score[best[found - 1]!]!;
    }
  }
  for (let rank = 0; rank < found; rank++) decision[best[rank]!] = UNCHOKE;
}

/** Inserts index `i` into the first `size` of the best, by score, after those of equal score. */
function insert(score: Float64Array, i: number, size: number): void {
  let rank = size;
  for (; rank > 0 && score[i]! > score[best[rank - 1]!]!; rank--) best[rank] = best[rank - 1]!;
  best[rank] = i;
}

/** Fills the optimistic slots: keeps present unchokes if so decided, then draws at random. */
export function unchokeAtRandom(interested: InterestedPeers, rechoke: Rechoke): void {
  const { count, decision, chokeState } = interested;
  let slots = rechoke.slots.optimistic;
  if (rechoke.keepOptimistics) {
    for (let i = 0; i < count && slots > 0; i++) {
      if (chokeState[i] !== UNCHOKE_OPTIMISTICALLY || decision[i] !== CHOKE) continue;
      decision[i] = UNCHOKE_OPTIMISTICALLY;
      slots--;
    }
  }
  if (slots === 0) return;
  let choked = 0;
  for (let i = 0; i < count; i++) choked += isChoke(decision[i]!);
  for (; slots > 0 && choked > 0; slots--, choked--) {
    let ahead = 1 + rechoke.random.below(choked);
    let i = 0;
    for (; ahead > 0; i++) ahead -= isChoke(decision[i]!);
    decision[i - 1] = UNCHOKE_OPTIMISTICALLY;
  }
}

/** 1 for CHOKE, 0 for other decisions; without a branch, which would be mispredicted often. */
function isChoke(decision: number): number {
  return (decision - 1) >>> 31;
}
