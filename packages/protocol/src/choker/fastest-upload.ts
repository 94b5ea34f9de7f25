/**
 * For seeds: those to whom we upload the fastest (BEP 3: "peers which have a complete file use
 * their upload rate"; libtorrent's `fastest_upload`), and some others by chance.
 */

import { type Choker, unchokeBest, unchokeAtRandom } from './choker.ts';

export const fastestUpload: Choker = (candidates, round) => {
  unchokeBest(candidates, candidates.sent, round.slots.regular);
  unchokeAtRandom(candidates, round);
};
