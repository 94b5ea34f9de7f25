/**
 * CacheTorrent's messages, as extension messages (BEP 10): dictionaries of a few fields, whose
 * unknown keys are ignored. They are sent only to peers that list them in the extended handshake.
 *
 *     ct_leader_start   dest, id        relay the pieces of this peer to me
 *     ct_have           index           I can get this piece, but I do not hold it
 *     ct_neighbours     peers, as       these are your neighbours, each with its AS
 *     ct_candidate      up, down, as    I am a candidate
 *     ct_leaders        peers, as       these peers lead your AS
 *
 * `ct_have` exists because a plain `have` for a piece that is not held misleads other clients: they
 * would request it, and BEP 6 demands an answer. The last three are for a tracker that uses this
 * protocol itself; over HTTP they are keys of the announce (`tracker/`).
 */

import { type BencodeDictionary, encodeBencode } from '../codec/bencode.ts';
import {
  bytesField,
  integerField,
  listField,
  readDictionary,
  type Warning,
  warnOfTrailingBytes,
} from '../codec/bencode-fields.ts';
import {
  COMPACT_BYTES,
  decodeEndpoint,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
} from '../codec/endpoint.ts';
import { PEER_ID_BYTES } from '../codec/handshake.ts';
import type { WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/violation-rules.ts';

/** The largest AS number: AS numbers have 32 bits (RFC 6793). */
export const ASN_MAX: number = 2 ** 32 - 1;

/** A message of CacheTorrent; docs/protocol.md describes the bytes. */
export type CacheTorrentMessage =
  | {
      readonly name: 'ct_leader_start';
      /** The outside peer to relay from. */
      readonly target: Endpoint;
      /** The peer id of `target`, if it is known; 20 bytes. */
      readonly peerId?: Uint8Array | undefined;
    }
  | { readonly name: 'ct_have'; readonly piece: number }
  | {
      readonly name: 'ct_neighbours';
      /** IPv4 endpoints first. */
      readonly peers: readonly Endpoint[];
      /** The AS number of each of `peers`. */
      readonly asns: readonly number[];
    }
  | {
      readonly name: 'ct_candidate';
      /** The upload capacity in bytes per second. */
      readonly uploadBytesPerS: number;
      /** The download capacity in bytes per second. */
      readonly downloadBytesPerS: number;
      readonly asn: number;
    }
  | { readonly name: 'ct_leaders'; readonly leaders: readonly Endpoint[]; readonly asn: number };

/** The name under which an extended handshake lists a message. */
export type CacheTorrentName = CacheTorrentMessage['name'];

/** The ids that we assign to the messages in our extended handshake. */
export const CACHE_TORRENT_IDS: Readonly<Record<CacheTorrentName, number>> = {
  ct_leader_start: 10,
  ct_neighbours: 11,
  ct_candidate: 12,
  ct_leaders: 13,
  ct_have: 14,
};

/** Returns the payload of the extension message. Hosts must be IP addresses. */
export function encodeCacheTorrent(message: CacheTorrentMessage): Uint8Array {
  switch (message.name) {
    case 'ct_leader_start':
      return encodeBencode({ dest: encodeEndpoint(message.target), id: message.peerId });
    case 'ct_have':
      return encodeBencode({ index: message.piece });
    case 'ct_neighbours':
      return encodeBencode({ ...peerLists(message.peers), as: message.asns });
    case 'ct_candidate':
      return encodeBencode({
        up: message.uploadBytesPerS,
        down: message.downloadBytesPerS,
        as: message.asn,
      });
    case 'ct_leaders':
      return encodeBencode({ ...peerLists(message.leaders), as: message.asn });
  }
}

/**
 * Decodes the payload of message `name`. Other defects are added to `warnings`.
 *
 * @throws WireError `bad-cachetorrent-message` for a missing or invalid field, and as
 *   `decodeBencode` does.
 */
export function decodeCacheTorrent(
  name: CacheTorrentName,
  payload: Uint8Array,
  limits: WireLimits,
  warnings?: Warning[],
): CacheTorrentMessage {
  const { fields, end } = readDictionary(payload, limits, 'bad-cachetorrent-message', warnings);
  warnOfTrailingBytes(payload, end, warnings);
  switch (name) {
    case 'ct_leader_start':
      return decodeLeaderStart(fields);
    case 'ct_have':
      return { name, piece: natural(fields, 'index', limits.pieceCount - 1) };
    case 'ct_neighbours': {
      const peers = decodePeers(fields, limits);
      const asns = listField(fields, 'as');
      if (asns?.length !== peers.length) throw bad('as has not one entry for each peer');
      if (!asns.every(isAsn)) throw bad('as has an entry that is not an AS number');
      return { name, peers, asns };
    }
    case 'ct_candidate':
      return {
        name,
        uploadBytesPerS: natural(fields, 'up', Number.MAX_SAFE_INTEGER),
        downloadBytesPerS: natural(fields, 'down', Number.MAX_SAFE_INTEGER),
        asn: natural(fields, 'as', ASN_MAX),
      };
    case 'ct_leaders': {
      const leaders = decodePeers(fields, limits);
      return { name, leaders, asn: natural(fields, 'as', ASN_MAX) };
    }
  }
}

function decodeLeaderStart(fields: BencodeDictionary): CacheTorrentMessage {
  const dest = bytesField(fields, 'dest');
  const target = dest === undefined ? undefined : decodeEndpoint(dest);
  if (target === undefined) throw bad('dest is not an endpoint');
  const peerId = bytesField(fields, 'id');
  if (fields.has('id') && peerId?.length !== PEER_ID_BYTES) throw bad('id is not a peer id');
  return { name: 'ct_leader_start', target, peerId };
}

function peerLists(peers: readonly Endpoint[]): { peers: Uint8Array; peers6?: Uint8Array } {
  const { ipv4, ipv6 } = encodeEndpoints(peers);
  return ipv6.length === 0 ? { peers: ipv4 } : { peers: ipv4, peers6: ipv6 };
}

function decodePeers(fields: BencodeDictionary, limits: WireLimits): Endpoint[] {
  const peers: Endpoint[] = [];
  const lists = [
    ['peers', COMPACT_BYTES.ipv4],
    ['peers6', COMPACT_BYTES.ipv6],
  ] as const;
  for (const [key, size] of lists) {
    // IPv6 peers are optional.
    if (!fields.has(key) && key === 'peers6') continue;
    const bytes = bytesField(fields, key);
    const listed = bytes === undefined ? undefined : decodeEndpoints(bytes, size);
    if (listed === undefined) throw bad(`${key} is not a list of ${size}-byte entries`);
    for (const endpoint of listed) {
      if (endpoint === undefined) throw bad(`${key} has an entry with port 0`);
      peers.push(endpoint);
    }
  }
  if (peers.length > limits.endpoints)
    throw bad(`${peers.length} peers, limit ${limits.endpoints}`);
  return peers;
}

function natural(fields: BencodeDictionary, key: string, max: number): number {
  const number = integerField(fields, key);
  if (number === undefined || number < 0 || number > max) throw bad(`${key} is ${number}`);
  return number;
}

function isAsn(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= ASN_MAX;
}

function bad(detail: string): WireError {
  return new WireError('bad-cachetorrent-message', detail);
}
