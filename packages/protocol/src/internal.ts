/**
 * The internals of a peer that the simulator uses to host many peers in shared memory, and that
 * benchmarks measure. They are no part of the public interface and may change at any time.
 */

export { eachPiece } from './tables/bitfield.ts';
export {
  type ConnectionColumn,
  type ConnectionLayout,
  moveValues,
  type RowColumn,
} from './tables/connection-columns.ts';
export { LAST_RECEIVED_MS, RECEIVE_KBPS } from './tables/download-cells.ts';
export type { PeerMemory } from './tables/connections.ts';
export {
  type Deferral,
  DEFERRED,
  DeferredHaves,
  type DeferredHavesHost,
  DELIVER,
  IRRELEVANT,
} from './tables/deferred-haves.ts';
export {
  DUPLICATE,
  type HaveOutcome,
  MAY_ACT,
  NO_ACTION,
  PeerTables,
} from './tables/peer-tables.ts';
export { PiecePicker } from './peer/piece-picker.ts';
export { RepeatedChokes } from './tables/repeated-chokes.ts';
export { rulesFor } from './rules/rules-for.ts';
