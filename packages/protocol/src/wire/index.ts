/**
 * The wire protocol of BitTorrent, without IO: messages and their bytes (`codec`, `extensions`,
 * `tracker`), and one connection as a state machine (`WireSession`). CacheTorrent's messages are
 * messages of the extension protocol.
 */

// Messages and their bytes.
export {
  type BencodeDictionary,
  type BencodeInput,
  type BencodeLimits,
  type BencodeValue,
  bytesOfKey,
  decodeBencode,
  type DecodedBencode,
  decodeStrict,
  encodeBencode,
} from './codec/bencode.ts';
export type { Warning } from './codec/bencode-fields.ts';
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
export { FrameDecoder, type FrameDecoderOptions } from './codec/frame-decoder.ts';
export { FrameEncoder } from './codec/frame-encoder.ts';
export {
  encodeHandshake,
  equalBytes,
  type Features,
  type Handshake,
  HANDSHAKE_BYTES,
  HandshakeDecoder,
  INFO_HASH_BYTES,
  keepsConnection,
  PEER_ID_BYTES,
} from './codec/handshake.ts';
export { WIRE_LIMITS, type WireLimits } from './codec/limits.ts';
export { WIRE_MESSAGE_ID, type WireMessages } from './codec/messages.ts';
export {
  type Violation,
  VIOLATION_RULES,
  type ViolationReaction,
  type ViolationRule,
  WireError,
  type WireProfile,
} from './codec/violation-rules.ts';
export { allowedFastSet, type AllowedFastOptions, type Sha1 } from './extensions/allowed-fast.ts';
export {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  type CacheTorrentName,
  decodeCacheTorrent,
  encodeCacheTorrent,
} from './extensions/cachetorrent.ts';
export {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type ExtendedHandshake,
} from './extensions/extended-handshake.ts';
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
export {
  type AnnounceEvent,
  type AnnounceRequest,
  announceUrl,
  type CacheTorrentAnnounce,
  parseAnnounceQuery,
} from './tracker/announce-request.ts';
export {
  ANNOUNCE_BYTES_MAX,
  type AnnouncedPeer,
  type AnnounceResponse,
  type AnnounceResult,
  type CacheTorrentResponse,
  encodeAnnounceFailure,
  encodeAnnounceResponse,
  parseAnnounceResponse,
} from './tracker/announce-response.ts';
export {
  encodeUdpAnnounce,
  encodeUdpConnect,
  parseUdpAnswer,
  type UdpTrackerAnswer,
} from './tracker/udp-announce.ts';
export { percentDecode, percentEncode, queryFields } from './tracker/query-string.ts';
export { encodeScrapeResponse, parseScrapeQuery, type ScrapeCounts } from './tracker/scrape.ts';

// A connection.
export type { BlockRange, CloseReason, SessionEvent } from './session/events.ts';
export type { MessageWriter } from './session/message-writer.ts';
export {
  bytesOfPiece,
  type PieceLayout,
  type SessionOptions,
  type SessionRole,
  type SessionSettings,
  type SessionTorrent,
} from './session/options.ts';
export { PieceTrust } from './session/piece-trust.ts';
export { WireSession } from './session/session.ts';
