/** What `seed` and `get` can be told about the network. */

import type { Endpoint } from '@cachetorrent/protocol/wire';

import { keyOf } from '../address-book.ts';
import type { Client } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import type { TransferDisplay } from './transfer-display.ts';

/** Options that `seed` and `get` share. */
export interface TransferFlags {
  /** Trackers in place of the torrent's own. */
  readonly tracker?: readonly string[];
  /** Peers to connect to that no tracker has named. */
  readonly peer?: readonly Endpoint[];
  /** The address to listen at and to dial from; whichever the system likes where absent. */
  readonly host?: string;
  /** The port to listen at; any that is free where absent. */
  readonly port?: number;
  /** Upload capacity with which it stands for election, in kB/s. */
  readonly up?: number;
  /** Download capacity with which it stands for election, in kB/s. */
  readonly down?: number;
  /** What is sent at most, in kB/s. */
  readonly limit?: number;
  /** Whether mishaps are not told. */
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
    onChecked: (pieces, pieceCount) => display.showChecked(pieces, pieceCount),
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

/** Connects to the peers that the user named; says how to be found where nobody else tells. */
export function meetPeers(
  client: Client,
  trackers: readonly string[],
  { peer: peers = [], tracker, host = '0.0.0.0' }: TransferFlags,
  display: TransferDisplay,
): void {
  for (const endpoint of peers) client.connectTo(endpoint);
  if ((tracker ?? trackers).length > 0 || peers.length > 0) return;
  const here = keyOf({ host, port: client.port });
  display.say(`no tracker: whoever is to be found is named (--peer). Listening at ${here}`);
}
