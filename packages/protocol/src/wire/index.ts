/**
 * The BitTorrent wire, without sockets: bytes and messages (codec), and one connection as a
 * machine (`WireSession`). CacheTorrent's messages ride on the extension protocol.
 */

// Messages and bytes.
export { allowedFastSet, type AllowedFast, type Sha1 } from './allowed-fast.ts';
export {
  type AnnounceEvent,
  type AnnounceRequest,
  announceUrl,
  type Candidacy,
  parseAnnounceQuery,
} from './announce-request.ts';
export {
  ANNOUNCE_BYTES_MAX,
  type AnnounceAnswer,
  type AnnouncedPeer,
  type AnnounceResponse,
  encodeAnnounceRefusal,
  encodeAnnounceResponse,
  type Leadership,
  parseAnnounceResponse,
} from './announce-response.ts';
export {
  type Bencodable,
  type Bencoded,
  type BencodedDictionary,
  bytesOfKey,
  encodeBencode,
} from './bencode.ts';
export {
  type BencodeOptions,
  decodeBencode,
  type DecodedBencode,
  decodeStrict,
} from './bencode-decode.ts';
export type { Remark } from './bencode-fields.ts';
export {
  CACHE_TORRENT_IDS,
  type CacheTorrentMessage,
  type CacheTorrentName,
  decodeCacheTorrent,
  encodeCacheTorrent,
} from './cachetorrent.ts';
export {
  COMPACT_BYTES,
  decodeEndpoint,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
  formatAddress,
  parseAddress,
} from './endpoint.ts';
export {
  decodeExtendedHandshake,
  encodeExtendedHandshake,
  type ExtendedHandshake,
} from './extended-handshake.ts';
export { FrameDecoder, type FrameDecoderOptions } from './frame-decoder.ts';
export { FrameEncoder } from './frame-encoder.ts';
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
} from './handshake.ts';
export { WIRE_LIMITS, type WireLimits } from './limits.ts';
export { ID, type WireMessages } from './messages.ts';
export {
  decodeMetadataMessage,
  encodeMetadataMessage,
  METADATA_BLOCK_BYTES,
  type MetadataMessage,
} from './metadata-exchange.ts';
export {
  decodePeerExchange,
  encodePeerExchange,
  type ExchangedPeer,
  type PeerExchange,
  PEX_FLAGS,
} from './peer-exchange.ts';
export { percentDecode, percentEncode, queryFields } from './percent.ts';
export { WireError } from './wire-error.ts';

// A connection.
export { PieceTrust } from './piece-trust.ts';
export { type Fault, type Profile, type Reaction, type Rule, RULES } from './rules.ts';
export { WireSession } from './session.ts';
export type { BlockRange, CloseReason, SessionEvent } from './session-events.ts';
export {
  bytesOfPiece,
  type SessionOptions,
  type SessionSide,
  type SessionTorrent,
  type TorrentShape,
} from './session-options.ts';
export type { Speaker } from './speaker.ts';
