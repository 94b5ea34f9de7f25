/** The chokers, and their names for leechers and for seeds. */

import { type Choker, unchokeAtRandom } from './choker.ts';
import {
  libtorrentAntiLeech,
  libtorrentFastestUpload,
  libtorrentRateBased,
  libtorrentRoundRobin,
} from './libtorrent.ts';
import { mainline, mainlineSeed } from './mainline.ts';
import { transmission, transmissionSeed } from './transmission.ts';

/** How a leecher chooses the connections that it unchokes. */
export type ChokerName = 'tit-for-tat' | 'rate-based' | 'mainline' | 'transmission' | 'random';

/** How a seed chooses the connections that it unchokes. */
export type SeedChokerName =
  | 'tit-for-tat'
  | 'round-robin'
  | 'fastest-upload'
  | 'anti-leech'
  | 'mainline'
  | 'transmission'
  | 'random';

/** Fills regular and optimistic slots at random: a baseline for other chokers. */
export const random: Choker = (interested, rechoke) => {
  const { regular, optimistic } = rechoke.slots;
  const slots = { regular: 0, optimistic: regular + optimistic };
  unchokeAtRandom(interested, { ...rechoke, slots, keepOptimistics: false });
};

/** The chokers of leechers, by name. */
export const CHOKERS: Readonly<Record<ChokerName, Choker>> = {
  /** Fixed slots for those that send us most, as in libtorrent. */
  'tit-for-tat': libtorrentRoundRobin,
  'rate-based': libtorrentRateBased,
  mainline,
  transmission,
  random,
};

/** The chokers of seeds, by name. */
export const SEED_CHOKERS: Readonly<Record<SeedChokerName, Choker>> = {
  /** The choker of leechers: a seed receives nothing, so that its connections take turns. */
  'tit-for-tat': libtorrentRoundRobin,
  'round-robin': libtorrentRoundRobin,
  'fastest-upload': libtorrentFastestUpload,
  'anti-leech': libtorrentAntiLeech,
  mainline: mainlineSeed,
  transmission: transmissionSeed,
  random,
};
