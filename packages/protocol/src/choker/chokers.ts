/** The chokers, and their names for leechers and for seeds. */

import { type Choker, UNCHOKE, unchokeAtRandom, unchokeBest } from './choker.ts';

/** How a leecher chooses the connections that it unchokes. */
export type ChokerName = 'tit-for-tat' | 'random';

/** How a seed chooses the connections that it unchokes. */
export type SeedChokerName = 'tit-for-tat' | 'random' | 'fastest-upload' | 'round-robin';

/**
 * Tit-for-tat (BEP 3; Cohen 2003): unchokes the peers that upload fastest to us, and others at
 * random. Snubbing is not modelled.
 *
 * A seed receives nothing, so all its rates are zero and the lowest connection numbers win: the
 * seeds of real clients use another choker.
 */
export const titForTat: Choker = (interested, rechoke) => {
  unchokeBest(interested, interested.received, rechoke.slots.regular);
  unchokeAtRandom(interested, rechoke);
};

/** Fills regular and optimistic slots at random: a baseline for other chokers. */
export const random: Choker = (interested, rechoke) => {
  const { regular, optimistic } = rechoke.slots;
  const slots = { regular: 0, optimistic: regular + optimistic };
  unchokeAtRandom(interested, { ...rechoke, slots, keepOptimistics: false });
};

/**
 * For seeds: unchokes the peers to which we upload fastest (BEP 3: "peers which have a complete
 * file use their upload rate"; libtorrent's `fastest_upload`), and others at random.
 */
const fastestUpload: Choker = (interested, rechoke) => {
  unchokeBest(interested, interested.sent, rechoke.slots.regular);
  unchokeAtRandom(interested, rechoke);
};

/** The least number of pieces in a turn of round-robin (libtorrent's `seeding_piece_quota`). */
const TURN_PIECES = 20;
/** The least time of a turn. */
const TURN_MS = 60_000;

/** The score of each connection in round-robin; used within one call only. */
let scores = new Float64Array(64);

/**
 * For seeds: unchokes all peers in turn (libtorrent's default, `round_robin`). A connection keeps
 * its slot until its turn is over, after 20 pieces and a minute; the slot then goes to the
 * connection that has been choked for the longest time.
 */
const roundRobin: Choker = (interested, rechoke) => {
  const { count, chokeState, blocksServed, chokeChangedAtMs } = interested;
  const turnBlocks = TURN_PIECES * rechoke.layout.blocksPerPiece;
  if (scores.length < count) scores = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const sinceMs = rechoke.nowMs - chokeChangedAtMs[i]!;
    const isTurnOver = blocksServed[i]! >= turnBlocks && sinceMs >= TURN_MS;
    if (chokeState[i] === UNCHOKE) scores[i] = isTurnOver ? -1 : Infinity;
    else scores[i] = sinceMs;
  }
  unchokeBest(interested, scores, rechoke.slots.regular);
  unchokeAtRandom(interested, rechoke);
};

/** The chokers of leechers, by name. */
export const CHOKERS: Readonly<Record<ChokerName, Choker>> = {
  'tit-for-tat': titForTat,
  random,
};

/** The chokers of seeds, by name. */
export const SEED_CHOKERS: Readonly<Record<SeedChokerName, Choker>> = {
  /** The choker of leechers, as in the original; all rates are zero. */
  'tit-for-tat': titForTat,
  random,
  'fastest-upload': fastestUpload,
  'round-robin': roundRobin,
};
