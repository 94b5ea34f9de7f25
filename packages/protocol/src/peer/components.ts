/** What the parts of a peer share: its state, its host, and the rules that it follows. */

import type { AllowedFast } from './allowed-fast.ts';
import type { Random } from '@cachetorrent/std';

import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import type { Leadership } from './leadership.ts';
import type { PeerSettings } from './settings.ts';
import type { PeerTables } from '../tables/peer-tables.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { PartialPieces } from '../tables/partial-pieces.ts';

export interface PeerComponents {
  /** The tables that all peers of our host share, and our row in them. */
  readonly tables: PeerTables;
  readonly row: number;
  readonly connections: ConnectionTable;
  readonly picker: PiecePicker;
  /** The pieces that are under way; undefined if pieces are moved whole. */
  readonly partial: PartialPieces | undefined;
  /** Undefined if the peer requests nothing while it is choked, and lets nobody do so. */
  readonly allowedFast: AllowedFast | undefined;
  readonly host: PeerHost;
  /** What we share with all peers that are given the same. */
  readonly settings: PeerSettings;
  readonly random: Random;
  /** Our role, and the leaders that we follow: they may change. */
  readonly leadership: Leadership;
}
