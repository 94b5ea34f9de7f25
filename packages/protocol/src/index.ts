/**
 * The CacheTorrent protocol: a peer without IO, its messages, and their binary format. The format
 * of real BitTorrent clients is in `@cachetorrent/protocol/wire`.
 */

export {
  bitsOfSpan,
  BLOCK_BYTES,
  type BlockLayout,
  blocksOf16KiB,
  blocksOfPiece,
  wholePieces,
} from './blocks.ts';
export {
  CHOKERS,
  type ChokerName,
  SEED_CHOKERS,
  type SeedChokerName,
} from './choker/chokers.ts';
export {
  type AsId,
  type BlockIndex,
  type Connection,
  NO_BLOCK,
  NO_CONNECTION,
  NO_PIECE,
  type PeerId,
  type PieceIndex,
  pieceOf,
} from './ids.ts';
export {
  decode,
  Encoder,
  FIXED_BYTES_MAX,
  listBytes,
  MalformedMessage,
  MESSAGE_ID,
} from './messages/codec.ts';
export {
  ANNOUNCE_EVENTS,
  type AnnounceEvent,
  type BootstrapMessages,
  MESSAGE_KINDS,
  type MessageKind,
  type Messages,
  type PeerMessages,
} from './messages/messages.ts';
export {
  AnnounceSchedule,
  type ConnectionCounts,
  type TrackerAnswer,
} from './neighbours/announce-schedule.ts';
export {
  CONNECT_RETRY_MS,
  ConnectionCandidates,
} from './neighbours/connection-candidates.ts';
export { evictable, type EvictablePeer, mayIdleMs } from './neighbours/eviction.ts';
export { Turnover, type TurnoverPeer } from './neighbours/turnover.ts';
export {
  type ClientName,
  type ClientOptions,
  type ClientPreset,
  CLIENTS,
  LIBTORRENT,
  MAINLINE,
  TRANSMISSION,
} from './peer/client-options.ts';
export type { PeerHost } from './peer/host.ts';
export type { PeerOptions } from './peer/options.ts';
export type { HaveOutcome } from './tables/peer-tables.ts';
export { createPeer, type CreatePeerOptions } from './peer/create-peer.ts';
export { type ConnectionState, Peer } from './peer/peer.ts';
export type { RequestPriority } from './peer/piece-picker.ts';
export type { ConnectionPurpose, Role } from './peer/roles.ts';
export { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Quirks } from './rules/quirks.ts';
