/** The CacheTorrent protocol: a peer as a machine, its messages, and their bytes. */

export { Bitfield } from './tables/bitfield.ts';
export {
  CHOKERS,
  type ChokerName,
  SEED_CHOKERS,
  type SeedChokerName,
} from './choker/chokers.ts';
export {
  CHOKE,
  InterestedPeers,
  type Rechoke,
  type Slots,
  type Choker,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from './choker/choker.ts';
export {
  decode,
  Encoder,
  FIXED_BYTES_MAX,
  listBytes,
  MalformedMessage,
  MESSAGE_ID,
} from './messages/codec.ts';
export { CLIENT_QUIRKS, type Quirks, ORIGINAL_QUIRKS } from './rules/quirks.ts';
export type { PeerHost } from './peer/host.ts';
export {
  type Connection,
  NO_CONNECTION,
  NO_PIECE,
  type PeerId,
  type PieceIndex,
  type AsId,
} from './ids.ts';
export { type ConnectionColumn, grown } from './tables/connection-columns.ts';
export {
  type BootstrapMessages,
  MESSAGE_KINDS,
  type MessageKind,
  type Messages,
  type PeerMessages,
} from './messages/messages.ts';
export type { PeerOptions } from './peer/options.ts';
export { Peer } from './peer/peer.ts';
export type { PeerMemory } from './tables/peer-memory.ts';
export { NO_ACTION, PeerTables } from './tables/peer-tables.ts';
export {
  DeferredHaves,
  type DeferredHavesHost,
  DELIVER,
  IRRELEVANT,
  DEFERRED,
} from './tables/deferred-haves.ts';
export { PiecePicker, type RequestPriority } from './peer/piece-picker.ts';
export { type ConnectionPurpose, permissionsOf, type Role } from './peer/roles.ts';
