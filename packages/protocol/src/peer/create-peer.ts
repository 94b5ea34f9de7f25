/** Creates a peer with default options. */

import { seededRandom } from '@cachetorrent/std';

import type { BlockLayout } from '../blocks.ts';
import { CLIENT_QUIRKS } from '../rules/quirks.ts';
import { LIBTORRENT } from './client-options.ts';
import type { PeerHost } from './host.ts';
import type { PeerOptions } from './options.ts';
import { Peer } from './peer.ts';

/** The options of `createPeer`: those of a peer, of which only `layout` is required. */
export interface CreatePeerOptions extends Partial<PeerOptions> {
  /** The sizes of pieces and blocks: see `blocksOf16KiB` and `wholePieces`. */
  readonly layout: BlockLayout;
  /**
   * The seed of the peer's random stream if `random` is absent; 1 by default. Give each peer of a
   * swarm another seed: peers with the same seed make the same random choices.
   */
  readonly seed?: number | string;
}

/**
 * Creates a peer that behaves like a common BitTorrent client, except for what the options say.
 *
 * The defaults are: 4 regular upload slots and 1 optimistic one, requests as libtorrent makes them,
 * tit-for-tat while leeching and round-robin while seeding, no quirks, role `peer` without
 * leaders, request priority `within-rarity`, room for 50 connections (more are possible), and a
 * random stream that is derived from the seed 1.
 *
 * ```ts
 * const layout = blocksOf16KiB(1000, 8 * 2 ** 18); // 1,000 pieces of 256 KiB
 * const peer = createPeer(host, { layout, seed: 'peer 17' });
 * ```
 */
export function createPeer(host: PeerHost, options: CreatePeerOptions): Peer {
  const { seed = 1, ...given } = options;
  return new Peer(host, {
    client: LIBTORRENT,
    uploadSlots: 4,
    optimisticSlots: 1,
    backlog: 10,
    choker: 'tit-for-tat',
    seedChoker: 'round-robin',
    quirks: CLIENT_QUIRKS,
    requestPriority: 'within-rarity',
    role: 'peer',
    leaders: [],
    connectionsExpected: 50,
    ...given,
    random: given.random ?? seededRandom('peer', seed),
  });
}
