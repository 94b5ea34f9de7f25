/**
 * The BitTorrent wire, without sockets: bytes and messages (codec), and one connection as a
 * machine (`WireSession`). CacheTorrent's messages ride on the extension protocol.
 */

// Messages and bytes.
export { allowedFastSet, type AllowedFast, type Sha1 } from './extensions/allowed-fast.ts';
export {
  type AnnounceEvent,
  type AnnounceRequest,
  announceUrl,
  type Candidacy,
  parseAnnounceQuery,
} from './tracker/announce-request.ts';
export {
  ANNOUNCE_BYTES_MAX,
  type AnnounceAnswer,
  type AnnouncedPeer,
  type AnnounceResponse,
  encodeAnnounceRefusal,
  encodeAnnounceResponse,
  type Leadership,
  parseAnnounceResponse,
} from './tracker/announce-response.ts';
export {
  type Bencodable,
  type Bencoded,
  type BencodedDictionary,
  bytesOfKey,
  encodeBencode,
} from './codec/bencode.ts';
export {
  type BencodeOptions,
  decodeBencode,
  type DecodedBencode,
  decodeStrict,
} from './codec/bencode-decode.ts';
export type { Remark } from './codec/bencode-fields.ts';
export {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  type CacheTorrentName,
  decodeCacheTorrent,
  encodeCacheTorrent,
} from './extensions/cachetorrent.ts';
export {
  COMPACT_BYTES,
  decodeEndpoint,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
  formatAddress,
  parseAddress,
} from './codec/endpoint.ts';
export {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type ExtendedHandshake,
} from './extensions/extended-handshake.ts';
export { FrameDecoder, type FrameDecoderOptions } from './codec/frame-decoder.ts';
export { FrameEncoder } from './codec/frame-encoder.ts';
export {
  encodeHandshake,
  type Features,
  type Handshake,
  HANDSHAKE_BYTES,
  HandshakeDecoder,
  INFO_HASH_BYTES,
  keepsConnection,
  PEER_ID_BYTES,
  sameBytes,
} from './codec/handshake.ts';
export { WIRE_LIMITS, type WireLimits } from './codec/limits.ts';
export { ID, type WireMessages } from './codec/messages.ts';
export {
  decodeMetadataMessage,
  encodeMetadataMessage,
  METADATA_BLOCK_BYTES,
  type MetadataMessage,
} from './extensions/metadata-exchange.ts';
export {
  decodePeerExchange,
  encodePeerExchange,
  type ExchangedPeer,
  type PeerExchange,
  PEX_FLAGS,
} from './extensions/peer-exchange.ts';
export { percentDecode, percentEncode, queryFields } from './codec/percent.ts';
export { WireError } from './codec/wire-error.ts';

// A connection.
export { PieceTrust } from './session/piece-trust.ts';
export {
  type Fault,
  type Profile,
  type Reaction,
  type Rule,
  RULES,
} from './session/violation-rules.ts';
export { WireSession } from './session/session.ts';
export type { BlockRange, CloseReason, SessionEvent } from './session/events.ts';
export {
  bytesOfPiece,
  type SessionOptions,
  type SessionSide,
  type SessionTorrent,
  type TorrentShape,
} from './session/options.ts';
export type { Speaker } from './session/message-writer.ts';
