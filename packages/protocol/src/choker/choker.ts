/**
 * Whom a peer uploads to until the next round: the form in which strategies are asked.
 *
 * A strategy reads the candidates, all of them interested in us, in the order of their
 * connections, and writes a verdict for each. It keeps nothing between rounds. Adding a strategy
 * is one file, and one line in `index.ts`.
 */

import type { Random } from '@cachetorrent/std';

/** How a candidate stands, and a verdict on how it shall: no slot. */
export const CHOKE = 0;
/** A slot for what it gives. */
export const UNCHOKE = 1;
/** A slot by chance, so that newcomers can show what they have. */
export const UNCHOKE_OPTIMISTICALLY = 2;

/** How many may be uploaded to at once. */
export interface Slots {
  /** For those that a strategy finds the best. */
  readonly regular: number;
  /** For others, by chance. */
  readonly optimistic: number;
}

/** What a strategy may look at beside the candidates. */
export interface Rechoke {
  /** The host's time, in ms. */
  readonly nowMs: number;
  /** How many slots there are to give. */
  readonly slots: Slots;
  /** Optimistic unchokes stand until their time is over, unless they have become regular. */
  readonly keepOptimistics: boolean;
  /** Equals win slots as an unstable sort leaves them, and not in the order of connections. */
  readonly unstableSort: boolean;
  /** The peer's own chance. */
  readonly random: Random;
}

/** Gives slots to candidates: writes a verdict for each. */
export type Choker = (candidates: InterestedPeers, round: Rechoke) => void;

/**
 * Those who are interested in us: column by column, in the order of their connections. What only
 * strategies of seeds read, how they were served, is there for seeds alone.
 */
export class InterestedPeers {
  /** How many there are: the first so many places of each array. */
  count = 0;
  /** The number of the connection of each. */
  connection: Int32Array = new Int32Array(64);
  /** Pieces received from it in the last 20 s. */
  received: Float64Array = new Float64Array(64);
  /** Pieces sent to it in the last 20 s. */
  sent: Float64Array = new Float64Array(64);
  /** How it stands now, in the words of a verdict. */
  chokeState: Uint8Array = new Uint8Array(64);
  /** When it was last choked or unchoked, in ms. */
  chokeChangedAtMs: Float64Array = new Float64Array(64);
  /** Pieces sent to it since it was last choked or unchoked. */
  piecesServed: Uint16Array = new Uint16Array(64);
  /** What the strategy decides: CHOKE, as it finds it, UNCHOKE or UNCHOKE_OPTIMISTICALLY. */
  decision: Uint8Array = new Uint8Array(64);

  /** Makes room for `capacity` candidates. */
  reserve(capacity: number): void {
    if (capacity <= this.connection.length) return;
    const size = Math.max(capacity, 2 * this.connection.length);
    this.connection = new Int32Array(size);
    this.received = new Float64Array(size);
    this.sent = new Float64Array(size);
    this.chokeState = new Uint8Array(size);
    this.chokeChangedAtMs = new Float64Array(size);
    this.piecesServed = new Uint16Array(size);
    this.decision = new Uint8Array(size);
  }
}

/** The places of the best so far, the best first; lasts one call. */
let best = new Int32Array(16);

/** Unchokes up to `slots` candidates of the highest score; of equals, the first connections. */
export function unchokeBest(candidates: InterestedPeers, score: Float64Array, slots: number): void {
  const { count, decision } = candidates;
  if (slots === 0) return;
  if (best.length < slots) best = new Int32Array(2 * slots);
  const found = Math.min(slots, count);
  for (let i = 0; i < found; i++) rank(score, i, i);
  if (found < count) {
    let least = score[best[found - 1]!]!;
    for (let i = found; i < count; i++) {
      if (score[i]! <= least) continue;
      rank(score, i, found - 1);
      least = score[best[found - 1]!]!;
    }
  }
  for (let place = 0; place < found; place++) decision[best[place]!] = UNCHOKE;
}

/** Puts candidate `i` among the best before it, of which there are `places`. */
function rank(score: Float64Array, i: number, places: number): void {
  let place = places;
  for (; place > 0 && score[i]! > score[best[place - 1]!]!; place--) best[place] = best[place - 1]!;
  best[place] = i;
}

/** Unchokes some of those still choked: first such as keep their turn, then others by chance. */
export function unchokeAtRandom(candidates: InterestedPeers, round: Rechoke): void {
  const { count, decision, chokeState } = candidates;
  let slots = round.slots.optimistic;
  if (round.keepOptimistics) {
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
    let ahead = 1 + round.random.below(choked);
    let i = 0;
    for (; ahead > 0; i++) ahead -= isChoke(decision[i]!);
    decision[i - 1] = UNCHOKE_OPTIMISTICALLY;
  }
}

/** 1 for a verdict of CHOKE, 0 for others, without a branch: which it is cannot be foreseen. */
function isChoke(verdict: number): number {
  return (verdict - 1) >>> 31;
}
