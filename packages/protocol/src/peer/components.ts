/** What the parts of a peer share: its state, its host, and the rules that it follows. */

import type { AllowedFast } from './allowed-fast.ts';
import type { BlockLayout } from '../blocks.ts';
import type { ConnectionTable, PeerMemory } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import type { Leadership } from './leadership.ts';
import type { PeerOptions } from './options.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { PartialPieces } from '../tables/partial-pieces.ts';
import type { Rules } from '../rules/rules.ts';

export interface PeerComponents {
  readonly memory: PeerMemory;
  readonly connections: ConnectionTable;
  readonly picker: PiecePicker;
  /** The pieces that are under way; undefined if pieces are moved whole. */
  readonly partial: PartialPieces | undefined;
  /** Undefined if the peer requests nothing while it is choked, and lets nobody do so. */
  readonly allowedFast: AllowedFast | undefined;
  readonly host: PeerHost;
  readonly layout: BlockLayout;
  readonly options: PeerOptions;
  readonly rules: Rules;
  /** Our role, and the leaders that we follow: they may change. */
  readonly leadership: Leadership;
}
