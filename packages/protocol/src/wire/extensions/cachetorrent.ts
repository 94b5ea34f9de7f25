/**
 * CacheTorrent's own messages, as extended messages (BEP 10): dictionaries of a few fields, in
 * which unknown ones are passed over. They are said only to peers that list them.
 *
 *     ct_leader_start   dest, id        relay to me what this peer has
 *     ct_have           index           I can get this piece, though I do not hold it
 *     ct_neighbours     peers, as       these are your neighbours, each with its AS
 *     ct_candidate      up, down, as    I stand for election
 *     ct_leaders        peers, as       these lead your AS
 *
 * `ct_have` exists since a plain `have` for a piece that is not held misleads a stock client: it
 * would ask, and BEP 6 promises it an answer. The last three serve a tracker that is itself
 * spoken to by this protocol; over HTTP they are keys of the announce (`announce.ts`).
 */

import { type BencodedDictionary, encodeBencode } from '../codec/bencode.ts';
import {
  bytesField,
  integerField,
  listField,
  readDictionary,
  type Remark,
  remarkTail,
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
import { WireError } from '../codec/wire-error.ts';

/** Numbers of autonomous systems have 32 bits (RFC 6793). */
export const SYSTEM_MAX: number = 2 ** 32 - 1;

/** What CacheTorrent says over the extension protocol; docs/protocol.md has the bytes. */
export type CacheTorrentMessage =
  | {
      readonly name: 'ct_leader_start';
      readonly target: Endpoint;
      readonly peerId?: Uint8Array | undefined;
    }
  | { readonly name: 'ct_have'; readonly piece: number }
  | {
      readonly name: 'ct_neighbours';
      /** Those of IP version 4 first. */
      readonly peers: readonly Endpoint[];
      /** One for each of `peers`. */
      readonly systems: readonly number[];
    }
  | {
      readonly name: 'ct_candidate';
      readonly uploadBytesPerS: number;
      readonly downloadBytesPerS: number;
      readonly system: number;
    }
  | { readonly name: 'ct_leaders'; readonly leaders: readonly Endpoint[]; readonly system: number };

/** The name by which an extended handshake lists a message. */
export type CacheTorrentName = CacheTorrentMessage['name'];

/** The numbers by which we want to be told each. */
export const CACHE_TORRENT_IDS: Readonly<Record<CacheTorrentName, number>> = {
  ct_leader_start: 10,
  ct_neighbours: 11,
  ct_candidate: 12,
  ct_leaders: 13,
  ct_have: 14,
};

/** The payload of the extended message. Endpoints must have addresses in text. */
export function encodeCacheTorrent(message: CacheTorrentMessage): Uint8Array {
  switch (message.name) {
    case 'ct_leader_start':
      return encodeBencode({ dest: encodeEndpoint(message.target), id: message.peerId });
    case 'ct_have':
      return encodeBencode({ index: message.piece });
    case 'ct_neighbours':
      return encodeBencode({ ...peerLists(message.peers), as: message.systems });
    case 'ct_candidate':
      return encodeBencode({
        up: message.uploadBytesPerS,
        down: message.downloadBytesPerS,
        as: message.system,
      });
    case 'ct_leaders':
      return encodeBencode({ ...peerLists(message.leaders), as: message.system });
  }
}

/** Throws WireError where a field is missing or absurd. */
export function decodeCacheTorrent(
  name: CacheTorrentName,
  payload: Uint8Array,
  limits: WireLimits,
  remarks?: Remark[],
): CacheTorrentMessage {
  const { fields: value, end } = readDictionary(
    payload,
    limits,
    'bad-cachetorrent-message',
    remarks,
  );
  remarkTail(payload, end, remarks);
  switch (name) {
    case 'ct_leader_start':
      return decodeLeaderStart(value);
    case 'ct_have':
      return { name, piece: natural(value, 'index', limits.pieceCount - 1) };
    case 'ct_neighbours': {
      const peers = decodePeers(value, limits);
      const systems = listField(value, 'as');
      if (systems?.length !== peers.length) throw bad('as does not have one entry for each peer');
      if (!systems.every(isSystem)) throw bad('as has what is no number of a system');
      return { name, peers, systems };
    }
    case 'ct_candidate':
      return {
        name,
        uploadBytesPerS: natural(value, 'up', Number.MAX_SAFE_INTEGER),
        downloadBytesPerS: natural(value, 'down', Number.MAX_SAFE_INTEGER),
        system: natural(value, 'as', SYSTEM_MAX),
      };
    case 'ct_leaders': {
      const leaders = decodePeers(value, limits);
      return { name, leaders, system: natural(value, 'as', SYSTEM_MAX) };
    }
  }
}

function decodeLeaderStart(value: BencodedDictionary): CacheTorrentMessage {
  const dest = bytesField(value, 'dest');
  const target = dest === undefined ? undefined : decodeEndpoint(dest);
  if (target === undefined) throw bad('dest is no endpoint');
  const peerId = bytesField(value, 'id');
  if (value.has('id') && peerId?.length !== PEER_ID_BYTES) throw bad('id is no peer id');
  return { name: 'ct_leader_start', target, peerId };
}

function peerLists(peers: readonly Endpoint[]): { peers: Uint8Array; peers6?: Uint8Array } {
  const { ipv4, ipv6 } = encodeEndpoints(peers);
  return ipv6.length === 0 ? { peers: ipv4 } : { peers: ipv4, peers6: ipv6 };
}

function decodePeers(value: BencodedDictionary, limits: WireLimits): Endpoint[] {
  const peers: Endpoint[] = [];
  const lists = [
    ['peers', COMPACT_BYTES.ipv4],
    ['peers6', COMPACT_BYTES.ipv6],
  ] as const;
  for (const [key, size] of lists) {
    // There need not be peers of version 6.
    if (!value.has(key) && key === 'peers6') continue;
    const bytes = bytesField(value, key);
    const listed = bytes === undefined ? undefined : decodeEndpoints(bytes, size);
    if (listed === undefined) throw bad(`${key} is no list of ${size} bytes each`);
    for (const endpoint of listed) {
      if (endpoint === undefined) throw bad(`${key} has port 0`);
      peers.push(endpoint);
    }
  }
  if (peers.length > limits.endpoints) throw bad(`${peers.length} peers, over ${limits.endpoints}`);
  return peers;
}

function natural(value: BencodedDictionary, key: string, most: number): number {
  const number = integerField(value, key);
  if (number === undefined || number < 0 || number > most) throw bad(`${key} is ${number}`);
  return number;
}

function isSystem(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= SYSTEM_MAX;
}

function bad(detail: string): WireError {
  return new WireError('bad-cachetorrent-message', detail);
}
