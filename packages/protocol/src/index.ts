/** The CacheTorrent protocol: a peer as a machine, its messages, and their bytes. */

export { Bitfield } from './bitfield.ts';
export {
  CHOKERS,
  type ChokerName,
  SEED_CHOKERS,
  type SeedChokerName,
} from './choker/index.ts';
export {
  CHOKE,
  Candidates,
  type Round,
  type Slots,
  type Strategy,
  UNCHOKE,
  UNCHOKE_OPTIMISTICALLY,
} from './choker/strategy.ts';
export {
  decode,
  Encoder,
  FIXED_BYTES_MAX,
  listBytes,
  MalformedMessage,
  MESSAGE_ID,
} from './codec.ts';
export { CLIENT_HABITS, type Habits, ORIGINAL_HABITS } from './habits.ts';
export type { PeerHost } from './host.ts';
export {
  type Connection,
  NO_CONNECTION,
  NO_PIECE,
  type PeerId,
  type PieceIndex,
  type SystemId,
} from './ids.ts';
export { type Column, grown } from './columns.ts';
export {
  type BootstrapMessages,
  MESSAGE_KINDS,
  type MessageKind,
  type Messages,
  type PeerMessages,
} from './messages.ts';
export type { PeerOptions } from './options.ts';
export { Peer } from './peer.ts';
export type { PeerMemory } from './peer-memory.ts';
export { NOTHING, PeerTables } from './peer-tables.ts';
export { EarlyHaves, type EarlyHavesHost, IN_TIME, UNHEARD, WAITS } from './early-haves.ts';
export { PiecePicker, type Preference } from './piece-picker.ts';
export { type Origin, partsOf, type Standing } from './roles.ts';
