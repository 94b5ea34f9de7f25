/**
 * For seeds: those to whom we upload the fastest (BEP 3: "peers which have a complete file use
 * their upload rate"; libtorrent's `fastest_upload`), and some others by chance.
 */

import { type Strategy, unchokeBest, unchokeByChance } from './strategy.ts';

export const fastestUpload: Strategy = (candidates, round) => {
  unchokeBest(candidates, candidates.sent, round.slots.regular);
  unchokeByChance(candidates, round);
};
