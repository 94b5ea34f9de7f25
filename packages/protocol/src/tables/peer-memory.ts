/** What a peer knows, as a row of tables that it may share with others. */

import type { DeferredHaves } from './deferred-haves.ts';
import type { PeerTables } from './peer-tables.ts';

/** A peer's row in tables that it may share with others. */
export interface PeerMemory {
  /** Shared by the peers of a host. */
  readonly tables: PeerTables;
  /** The peer's row in them. */
  readonly row: number;
  /** Where the host puts a `have` that it knows of before it arrives, if it does. */
  readonly deferredHaves?: DeferredHaves;
}
