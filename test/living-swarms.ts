/**
 * Swarms in which peers come and go, for fingerprints: arrivals of every kind, every reason to
 * leave, peers that come back; with every protocol, and with several clients.
 */

import type { ClientName } from '@cachetorrent/protocol';
import type { SwarmConfig } from '@cachetorrent/simulator';

/** About 150 peers come in half an hour, and 30 to 60 are there at a time. */
const BASE: SwarmConfig = {
  file: { pieces: 60, pieceSize: '128 KiB' },
  until: '40 min',
  seeds: { count: 2, upload: '4 Mbit/s' },
  network: { as: 5 },
  tracker: { neighbours: 8 },
  classes: [
    {
      name: 'home',
      arrivals: { rate: '150/h' },
      upload: '500 kbit/s',
      download: '4 Mbit/s',
      leaves: { after: { mean: '4 min' } },
      patience: { distribution: 'weibull', scale: '8 min', shape: 0.6 },
      returns: { after: '6 min' },
    },
    {
      name: 'fibre',
      arrivals: [
        { rate: '90/h', decay: '15 min' },
        { at: '10 min', count: 20 },
      ],
      upload: '2 Mbit/s',
      download: '20 Mbit/s',
      leaves: { ratio: 1.2 },
      crashes: { after: { mean: '6 min' } },
      as: [0, 1, 2],
    },
  ],
};

const PROTOCOLS: Readonly<Record<string, Partial<SwarmConfig>>> = {
  BitTorrent: {},
  'CacheTorrent, 20 %': { cache: { leaders: 20 } },
  'biased, 25 %': { tracker: { neighbours: 8, externalNeighbours: 25 } },
  'biased, 25 %, CacheTorrent, 40 %': {
    tracker: { neighbours: 8, externalNeighbours: 25 },
    cache: { leaders: 40 },
  },
  'MultiTorrent, 2 sub-torrents, 30 %': { cache: { leaders: 30, subTorrents: 2 } },
};

const CLIENTS: readonly ClientName[] = ['libtorrent', 'mainline', 'transmission'];

/** By name. */
export const LIVING_SWARMS: Readonly<Record<string, SwarmConfig>> = Object.fromEntries(
  CLIENTS.flatMap((client) =>
    Object.entries(PROTOCOLS).map(([protocol, changes]) => [
      `${client}, ${protocol}`,
      { ...BASE, client, ...changes },
    ]),
  ),
);
