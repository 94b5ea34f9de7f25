/** What the parts of a peer share: its state, its host, and the rules that it follows. */

import type { ConnectionTable, PeerMemory } from '../tables/connections.ts';
import type { PeerHost } from './host.ts';
import type { PeerOptions } from './options.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { Rules } from '../rules/rules.ts';

export interface PeerComponents {
  readonly memory: PeerMemory;
  readonly connections: ConnectionTable;
  readonly picker: PiecePicker;
  readonly host: PeerHost;
  readonly options: PeerOptions;
  readonly rules: Rules;
}
