/** The chokers of peers that move whole pieces, as in the original: they rank by pieces. */

import { type Choker, UNCHOKE, unchokeAtRandom, unchokeBest } from './choker.ts';
import { CHOKERS, type ChokerName, SEED_CHOKERS, type SeedChokerName } from './chokers.ts';

/**
 * Tit-for-tat (BEP 3; Cohen 2003): unchokes the peers that upload fastest to us, and others at
 * random.
 *
 * A seed receives nothing, so all its rates are zero and the lowest connection numbers win: the
 * seeds of real clients use another choker.
 */
export const titForTat: Choker = (interested, rechoke) => {
  unchokeBest(interested, interested.received, rechoke.slots.regular);
  unchokeAtRandom(interested, rechoke);
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

/** The chokers of leechers. Those that rank by bits are refused before a run. */
export const WHOLE_PIECE_CHOKERS: Readonly<Record<ChokerName, Choker>> = {
  ...CHOKERS,
  'tit-for-tat': titForTat,
};

/** The chokers of seeds. */
export const WHOLE_PIECE_SEED_CHOKERS: Readonly<Record<SeedChokerName, Choker>> = {
  ...SEED_CHOKERS,
  /** The choker of leechers, as in the original; all rates are zero. */
  'tit-for-tat': titForTat,
  'fastest-upload': fastestUpload,
  'round-robin': roundRobin,
};
