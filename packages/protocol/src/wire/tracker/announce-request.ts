/**
 * What a peer asks an HTTP tracker (BEP 3, 7, 23): a query string. Both ends: a client writes
 * it, a tracker reads it.
 *
 * CacheTorrent adds `ct`, the version; `ct_as`, the AS the peer takes itself to be in; `ct_up`
 * and `ct_down`, with which it stands for election. Every tracker passes over keys it does not
 * know.
 */

import { SYSTEM_MAX } from '../extensions/cachetorrent.ts';
import { INFO_HASH_BYTES, PEER_ID_BYTES } from '../codec/handshake.ts';
import { percentDecode, percentEncode, queryFields } from '../codec/percent.ts';
import { textOf, utf8 } from '../codec/utf8.ts';

/** Why a peer announces itself, beside that it was time to. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped';

/** CacheTorrent's part of an announce. */
export interface Candidacy {
  /** The number of its AS, as it believes (`ct_as`). */
  readonly system?: number | undefined;
  /** In bytes per second. Absent for a peer that does not stand for election. */
  readonly uploadBytesPerS?: number | undefined;
  /** Download capacity (`ct_down`). */
  readonly downloadBytesPerS?: number | undefined;
}

/** What a peer tells a tracker of itself (BEP 3). */
export interface AnnounceRequest {
  /** Of the torrent; 20 bytes. */
  readonly infoHash: Uint8Array;
  /** Its id; 20 bytes. */
  readonly peerId: Uint8Array;
  /** Where the peer listens. */
  readonly port: number;
  /** Bytes sent since it started. */
  readonly uploaded: number;
  /** Bytes received since it started. */
  readonly downloaded: number;
  /** Bytes that it lacks; 0 for a seed. */
  readonly left: number;
  /** Absent where it is only time to. */
  readonly event?: AnnounceEvent | undefined;
  /** How many peers it would like to hear of. */
  readonly wanted?: number | undefined;
  /** A secret by which the tracker knows it again under another address. */
  readonly key?: string | undefined;
  /** What the tracker last gave as `tracker id`. */
  readonly trackerId?: string | undefined;
  /** The address to give to others, where it is not the one it comes from. */
  readonly ip?: string | undefined;
  /** Present where it speaks CacheTorrent. */
  readonly cacheTorrent?: Candidacy | undefined;
}

/** The address to fetch: `trackerUrl`, which may have a query already, with the request. */
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
    ['numwant', request.wanted],
    ['key', encodeText(request.key)],
    ['trackerid', encodeText(request.trackerId)],
    ['ip', encodeText(request.ip)],
  ];
  if (request.cacheTorrent !== undefined) {
    const { system, uploadBytesPerS, downloadBytesPerS } = request.cacheTorrent;
    fields.push(['ct', 1], ['ct_as', system]);
    fields.push(['ct_up', uploadBytesPerS], ['ct_down', downloadBytesPerS]);
  }
  const query = fields
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return `${trackerUrl}${trackerUrl.includes('?') ? '&' : '?'}${query}`;
}

/** What a tracker reads out of a query; or a sentence that says what is wrong with it. */
export function parseAnnounceQuery(query: string): AnnounceRequest | string {
  const fields = queryFields(query);
  const infoHash = percentDecode(fields.get('info_hash') ?? '');
  if (infoHash?.length !== INFO_HASH_BYTES) return 'info_hash must be 20 bytes';
  const peerId = percentDecode(fields.get('peer_id') ?? '');
  if (peerId?.length !== PEER_ID_BYTES) return 'peer_id must be 20 bytes';
  const port = natural(fields.get('port'), 65_535);
  if (port === undefined || port === 0) return 'port must be 1 to 65535';
  const event = fields.get('event') || undefined;
  if (event !== undefined && !isEvent(event)) return 'event must be started, completed or stopped';

  const bytes = (key: string): number => natural(fields.get(key), Number.MAX_SAFE_INTEGER) ?? 0;
  return {
    infoHash,
    peerId,
    port,
    uploaded: bytes('uploaded'),
    downloaded: bytes('downloaded'),
    left: natural(fields.get('left'), Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER,
    event,
    wanted: natural(fields.get('numwant'), Number.MAX_SAFE_INTEGER),
    key: decodeText(fields.get('key')),
    trackerId: decodeText(fields.get('trackerid')),
    ip: decodeText(fields.get('ip')),
    cacheTorrent: fields.has('ct')
      ? {
          system: natural(fields.get('ct_as'), SYSTEM_MAX),
          uploadBytesPerS: natural(fields.get('ct_up'), Number.MAX_SAFE_INTEGER),
          downloadBytesPerS: natural(fields.get('ct_down'), Number.MAX_SAFE_INTEGER),
        }
      : undefined,
  };
}

function isEvent(event: string): event is AnnounceEvent {
  return event === 'started' || event === 'completed' || event === 'stopped';
}

function natural(value: string | undefined, most: number): number | undefined {
  if (value === undefined || !/^\d{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return number <= most ? number : undefined;
}

function encodeText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : percentEncode(utf8(value));
}

function decodeText(value: string | undefined): string | undefined {
  const bytes = percentDecode(value ?? '');
  return bytes === undefined || bytes.length === 0 ? undefined : textOf(bytes);
}
