/** What `seed` and `get` can be told about the network. */

import type { Endpoint } from '@cachetorrent/protocol/wire';

import type { Client } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import type { TransferDisplay } from './transfer-display.ts';

export interface TransferFlags {
  /** Trackers in place of the torrent's own. */
  readonly tracker?: readonly string[];
  /** Peers to connect to that no tracker has named. */
  readonly peer?: readonly Endpoint[];
  readonly host?: string;
  readonly port?: number;
  /** Capacity with which it stands for election, in kB/s. */
  readonly up?: number;
  readonly down?: number;
  /** What is sent at most, in kB/s. */
  readonly limit?: number;
  readonly quiet?: boolean;
}

/** Capacities with which a peer stands that was told none: a usual line, in kB/s. */
const USUAL = { up: 1_250, down: 12_500 } as const;
const BYTES_PER_KB = 1_000;

export function clientOptionsOf(
  flags: TransferFlags,
  display: TransferDisplay,
): Omit<ClientOptions, 'torrent' | 'folder' | 'isSeed'> {
  const { tracker, host, port, up = USUAL.up, down = USUAL.down, limit, quiet } = flags;
  return {
    host,
    candidacy: {
      uploadBytesPerS: up * BYTES_PER_KB,
      downloadBytesPerS: down * BYTES_PER_KB,
    },
    ...(port === undefined ? {} : { port }),
    ...(tracker === undefined ? {} : { trackers: tracker }),
    ...(limit === undefined ? {} : { uploadBytesPerS: limit * BYTES_PER_KB }),
    ...(quiet === true ? {} : { onTrouble: (sentence: string) => display.say(sentence) }),
  };
}

export function connectToPeers(client: Client, { peer: peers = [] }: TransferFlags): void {
  for (const endpoint of peers) client.connectTo(endpoint);
}
