/**
 * The announce request to an HTTP tracker (BEP 3, 7, 21, 23): a query string. A client encodes it,
 * a tracker parses it.
 *
 * CacheTorrent adds `ct`, the version; `ct_as`, the AS number of the peer as far as it knows;
 * `ct_up` and `ct_down`, the capacities of a candidate; `ct_lost` and `ct_lost6`, leaders that are
 * gone. Every tracker ignores unknown keys.
 */

import {
  COMPACT_BYTES,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoints,
} from '../codec/endpoint.ts';
import { ASN_MAX } from '../extensions/cachetorrent.ts';
import { INFO_HASH_BYTES, PEER_ID_BYTES } from '../codec/handshake.ts';
import { percentDecode, percentEncode, queryFields } from './query-string.ts';
import { textOf, utf8 } from '../codec/utf8.ts';

/** The number of lost leaders that are named and read. */
const LOST_LEADERS_MAX = 20;
const EVENTS = ['started', 'completed', 'stopped', 'paused'] as const;

/**
 * The reason for an announce that is not a periodic one (BEP 3). Every announce of a partial seed,
 * which lacks pieces and downloads none, says `paused` (BEP 21).
 */
export type AnnounceEvent = (typeof EVENTS)[number];

/** CacheTorrent's part of an announce request. */
export interface CacheTorrentAnnounce {
  /** The AS number of the peer as far as it knows (`ct_as`). */
  readonly asn?: number | undefined;
  /** The upload capacity in bytes per second (`ct_up`); absent if the peer is no candidate. */
  readonly uploadBytesPerS?: number | undefined;
  /** The download capacity in bytes per second (`ct_down`). */
  readonly downloadBytesPerS?: number | undefined;
  /** The leaders that the peer cannot reach any more (`ct_lost`, `ct_lost6`); absent if none. */
  readonly lostLeaders?: readonly Endpoint[] | undefined;
}

/** An announce request (BEP 3). */
export interface AnnounceRequest {
  /** The info hash of the torrent; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The peer id; 20 bytes. */
  readonly peerId: Uint8Array;
  /** The port on which the peer listens. */
  readonly port: number;
  /** Bytes uploaded since `started`. */
  readonly uploaded: number;
  /** Bytes downloaded since `started`. */
  readonly downloaded: number;
  /** Bytes that the peer lacks; 0 for a seed. */
  readonly left: number;
  /** The reason; absent for a periodic announce. */
  readonly event?: AnnounceEvent | undefined;
  /** The number of peers that it asks for (`numwant`). */
  readonly numWant?: number | undefined;
  /** A secret that identifies the peer to the tracker if its address changes. */
  readonly key?: string | undefined;
  /** The last `tracker id` from the tracker. */
  readonly trackerId?: string | undefined;
  /** The address to name to other peers, if it differs from the source of the request. */
  readonly ip?: string | undefined;
  /**
   * Present if the peer asks for a list of dictionaries instead of compact endpoints (`compact=0`,
   * BEP 23): whether each has the peer id, too. `announceUrl` never asks for one.
   */
  readonly peerList?: { readonly hasIds: boolean } | undefined;
  /** Present if the peer supports CacheTorrent. */
  readonly cacheTorrent?: CacheTorrentAnnounce | undefined;
}

/** Returns the URL of the request: `trackerUrl`, which may have a query already, and the fields. */
export function announceUrl(trackerUrl: string, request: AnnounceRequest): string {
  const fields: [string, string | number | undefined][] = [
    ['info_hash', percentEncode(request.infoHash)],
    ['peer_id', percentEncode(request.peerId)],
    ['port', request.port],
    ['uploaded', request.uploaded],
    ['downloaded', request.downloaded],
    ['left', request.left],
    ['event', request.event],
    ['compact', 1],
    ['no_peer_id', 1],
    ['numwant', request.numWant],
    ['key', encodeText(request.key)],
    ['trackerid', encodeText(request.trackerId)],
    ['ip', encodeText(request.ip)],
  ];
  if (request.cacheTorrent !== undefined) {
    const { asn, uploadBytesPerS, downloadBytesPerS, lostLeaders = [] } = request.cacheTorrent;
    const { ipv4, ipv6 } = encodeEndpoints(lostLeaders.slice(0, LOST_LEADERS_MAX));
    fields.push(['ct', 1], ['ct_as', asn]);
    fields.push(['ct_up', uploadBytesPerS], ['ct_down', downloadBytesPerS]);
    if (ipv4.length > 0) fields.push(['ct_lost', percentEncode(ipv4)]);
    if (ipv6.length > 0) fields.push(['ct_lost6', percentEncode(ipv6)]);
  }
  const query = fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  const url = trackerUrl.replace(/#.*$/s, '');
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/**
 * Returns the request in a query string; or a sentence that says what is wrong with it. An event
 * that no BEP defines counts as none, as with other trackers.
 */
export function parseAnnounceQuery(query: string): AnnounceRequest | string {
  const fields = queryFields(query);
  const infoHash = percentDecode(fields.get('info_hash') ?? '');
  if (infoHash?.length !== INFO_HASH_BYTES) return 'info_hash must be 20 bytes';
  const peerId = percentDecode(fields.get('peer_id') ?? '');
  if (peerId?.length !== PEER_ID_BYTES) return 'peer_id must be 20 bytes';
  const port = natural(fields.get('port'), 65_535);
  if (port === undefined || port === 0) return 'port must be 1 to 65535';

  const bytes = (key: string): number => natural(fields.get(key), Number.MAX_SAFE_INTEGER) ?? 0;
  return {
    infoHash,
    peerId,
    port,
    uploaded: bytes('uploaded'),
    downloaded: bytes('downloaded'),
    left: natural(fields.get('left'), Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER,
    event: EVENTS.find((event) => event === fields.get('event')),
    numWant: natural(fields.get('numwant'), Number.MAX_SAFE_INTEGER),
    key: decodeText(fields.get('key')),
    trackerId: decodeText(fields.get('trackerid')),
    ip: decodeText(fields.get('ip')),
    peerList:
      fields.get('compact') === '0' ? { hasIds: fields.get('no_peer_id') !== '1' } : undefined,
    cacheTorrent: fields.has('ct')
      ? {
          asn: natural(fields.get('ct_as'), ASN_MAX),
          uploadBytesPerS: natural(fields.get('ct_up'), Number.MAX_SAFE_INTEGER),
          downloadBytesPerS: natural(fields.get('ct_down'), Number.MAX_SAFE_INTEGER),
          lostLeaders: lostLeadersOf(fields),
        }
      : undefined,
  };
}

function lostLeadersOf(fields: ReadonlyMap<string, string>): readonly Endpoint[] | undefined {
  const read = (key: string, size: number): (Endpoint | undefined)[] =>
    decodeEndpoints(percentDecode(fields.get(key) ?? '') ?? new Uint8Array(0), size) ?? [];
  const lost = [...read('ct_lost', COMPACT_BYTES.ipv4), ...read('ct_lost6', COMPACT_BYTES.ipv6)];
  const valid = lost.filter((endpoint) => endpoint !== undefined).slice(0, LOST_LEADERS_MAX);
  return valid.length === 0 ? undefined : valid;
}

function natural(value: string | undefined, max: number): number | undefined {
  if (value === undefined || !/^\d{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return number <= max ? number : undefined;
}

function encodeText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : percentEncode(utf8(value));
}

function decodeText(value: string | undefined): string | undefined {
  const bytes = percentDecode(value ?? '');
  return bytes === undefined || bytes.length === 0 ? undefined : textOf(bytes);
}
