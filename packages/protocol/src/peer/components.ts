/** What the parts of a peer have in common: its connections, its pieces, and whoever hosts it. */

import type { ConnectionTable } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import type { PeerOptions } from './options.ts';
import type { PeerMemory } from '../tables/peer-memory.ts';
import type { PiecePicker } from './piece-picker.ts';

export interface PeerComponents {
  readonly memory: PeerMemory;
  readonly connections: ConnectionTable;
  readonly picker: PiecePicker;
  readonly host: PeerHost;
  readonly options: PeerOptions;
}
