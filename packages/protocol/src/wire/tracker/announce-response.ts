/**
 * The response of an HTTP tracker to an announce (BEP 3, 7, 23, 24): a dictionary. A tracker
 * encodes it, a client parses it; the parser never throws, whatever bytes a server sends.
 *
 * CacheTorrent adds `ct_v`, the version; `ct_as`, the AS number of the requesting peer according to
 * the tracker; `ct_peers_as`, the AS number of each peer (4 bytes each, those of `peers`, then of
 * `peers6`); `ct_leaders` and `ct_leaders6`; and `ct_pending`, 1 before the election has been held.
 */

import { type BencodeInput, type BencodeDictionary, encodeBencode } from '../codec/bencode.ts';
import { bytesField, integerField, readDictionary, textField } from '../codec/bencode-fields.ts';
import { ASN_MAX } from '../extensions/cachetorrent.ts';
import {
  COMPACT_BYTES,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
  formatAddress,
  parseAddress,
} from '../codec/endpoint.ts';
import { type WireLimits, WIRE_LIMITS } from '../codec/limits.ts';
import { textOf } from '../codec/utf8.ts';
import { WireError } from '../codec/violation-rules.ts';

/** A peer in the response of a tracker. */
export interface AnnouncedPeer extends Endpoint {
  /** The peer id; only in lists that are not compact. */
  readonly peerId?: Uint8Array | undefined;
  /** CacheTorrent: the AS number of the peer. */
  readonly asn?: number | undefined;
}

/** CacheTorrent's part of a response. */
export interface CacheTorrentResponse {
  /** The AS number of the requesting peer. */
  readonly asn?: number | undefined;
  /** The leaders of that AS; empty before the election. */
  readonly leaders: readonly Endpoint[];
  /** The election has not been held yet: announce again soon. */
  readonly isPending: boolean;
}

/** A successful response of a tracker. */
export interface AnnounceResponse {
  /** Seconds until the next announce. */
  readonly intervalS: number;
  /** The least number of seconds until the next announce (`min interval`). */
  readonly minIntervalS?: number | undefined;
  /** The number of seeds (`complete`). */
  readonly seeds?: number | undefined;
  /** The number of leechers (`incomplete`). */
  readonly leechers?: number | undefined;
  /** Peers to connect to, in the order of the response. */
  readonly peers: readonly AnnouncedPeer[];
  /** To be repeated in the next announce (`tracker id`). */
  readonly trackerId?: string | undefined;
  /** A sentence for the user; the response is valid (`warning message`). */
  readonly warningMessage?: string | undefined;
  /** The address of the requesting peer as the tracker sees it (BEP 24). */
  readonly externalIp?: string | undefined;
  /** Present if the tracker supports CacheTorrent. */
  readonly cacheTorrent?: CacheTorrentResponse | undefined;
}

/** A parsed response: a successful one with its defects, a failure, or a malformed one. */
export type AnnounceResult =
  | {
      readonly kind: 'peers';
      readonly response: AnnounceResponse;
      /** Defects of the response, as sentences for a log. */
      readonly warnings: readonly string[];
    }
  /** The tracker refuses the announce (`failure reason`). */
  | { readonly kind: 'failure'; readonly reason: string }
  /** The bytes are not the response of a tracker. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** The largest response that is parsed, in bytes; those of our tracker have a few kilobytes. */
export const ANNOUNCE_BYTES_MAX: number = 2 ** 20;
/** Means that the AS is unknown: no AS may have the number 0 (RFC 7607). */
const UNKNOWN_ASN = 0;
const INTERVAL_S = { min: 5, max: 86_400, missing: 1_800 } as const;

/** Parses the body of a tracker's response. Never throws, whatever the bytes. */
export function parseAnnounceResponse(
  bytes: Uint8Array,
  limits: WireLimits = WIRE_LIMITS,
): AnnounceResult {
  if (bytes.length > ANNOUNCE_BYTES_MAX) {
    return { kind: 'malformed', problem: `${bytes.length} bytes, limit ${ANNOUNCE_BYTES_MAX}` };
  }
  try {
    const { fields: body } = readDictionary(bytes, limits, 'malformed-bencode');
    const failure = textField(body, 'failure reason');
    if (failure !== undefined) return { kind: 'failure', reason: failure };
    return readPeers(body);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { kind: 'malformed', problem: error.message };
  }
}

/**
 * Returns the bytes of a response. Peers whose host is not an IP address are omitted. With
 * `peersAs` `'list'`, peers are a list of dictionaries (BEP 3), otherwise compact (BEP 7, 23).
 */
export function encodeAnnounceResponse(
  response: AnnounceResponse,
  peersAs: 'compact' | 'list' = 'compact',
): Uint8Array {
  const { peers, cacheTorrent, externalIp } = response;
  const compact = encodeEndpoints(peersAs === 'list' ? [] : peers);
  const fields: Record<string, BencodeInput | undefined> = {
    interval: response.intervalS,
    'min interval': response.minIntervalS,
    complete: response.seeds,
    incomplete: response.leechers,
    peers: peersAs === 'list' ? encodePeerList(peers) : compact.ipv4,
    peers6: compact.ipv6.length > 0 ? compact.ipv6 : undefined,
    'tracker id': response.trackerId,
    'warning message': response.warningMessage,
    'external ip': externalIp === undefined ? undefined : parseAddress(externalIp),
  };
  if (cacheTorrent !== undefined) {
    const leaders = encodeEndpoints(cacheTorrent.leaders);
    fields['ct_v'] = 1;
    fields['ct_as'] = cacheTorrent.asn;
    if (peersAs === 'compact') fields['ct_peers_as'] = encodeAsns(peers);
    fields['ct_leaders'] = leaders.ipv4;
    if (leaders.ipv6.length > 0) fields['ct_leaders6'] = leaders.ipv6;
    if (cacheTorrent.isPending) fields['ct_pending'] = 1;
  }
  return encodeBencode(fields);
}

/** Returns the bytes of a response that refuses the announce. */
export function encodeAnnounceFailure(reason: string): Uint8Array {
  return encodeBencode({ 'failure reason': reason });
}

function readPeers(body: BencodeDictionary): AnnounceResult {
  const warnings: string[] = [];
  const externalIp = bytesField(body, 'external ip');
  const hasExternalIp = externalIp?.length === 4 || externalIp?.length === 16;
  return {
    kind: 'peers',
    warnings,
    response: {
      intervalS: readInterval(body, warnings),
      minIntervalS: readMinInterval(body),
      seeds: integerField(body, 'complete'),
      leechers: integerField(body, 'incomplete'),
      peers: readPeerLists(body, warnings),
      trackerId: textField(body, 'tracker id'),
      warningMessage: textField(body, 'warning message'),
      externalIp: hasExternalIp ? formatAddress(externalIp!) : undefined,
      cacheTorrent: readCacheTorrent(body, warnings),
    },
  };
}

function readInterval(body: BencodeDictionary, warnings: string[]): number {
  const interval = integerField(body, 'interval');
  const clamped = interval === undefined ? INTERVAL_S.missing : clampInterval(interval);
  if (interval === undefined) warnings.push('interval is missing');
  else if (clamped !== interval) warnings.push(`interval is ${interval} s`);
  return clamped;
}

function readMinInterval(body: BencodeDictionary): number | undefined {
  const interval = integerField(body, 'min interval');
  return interval === undefined ? undefined : clampInterval(interval);
}

/** Returns an interval between announces that is neither hasty nor for ever. */
export function clampInterval(intervalS: number): number {
  return Math.min(INTERVAL_S.max, Math.max(INTERVAL_S.min, intervalS));
}

function readPeerLists(body: BencodeDictionary, warnings: string[]): AnnouncedPeer[] {
  const peers = body.get('peers');
  const listed = Array.isArray(peers)
    ? peers.map(readPeer)
    : readCompact(body, 'peers', COMPACT_BYTES.ipv4, warnings);
  const all = [...listed, ...readCompact(body, 'peers6', COMPACT_BYTES.ipv6, warnings)];

  const asns = bytesField(body, 'ct_peers_as');
  const valid: AnnouncedPeer[] = [];
  for (const [i, peer] of all.entries()) {
    if (peer === undefined) continue;
    const asn = asns?.length === 4 * all.length ? uint32(asns, 4 * i) : 0;
    valid.push(asn === UNKNOWN_ASN ? peer : { ...peer, asn });
  }
  if (valid.length < all.length)
    warnings.push(`${all.length - valid.length} peers have no valid endpoint`);
  return valid;
}

function readCompact(
  body: BencodeDictionary,
  key: string,
  size: number,
  warnings: string[],
): (Endpoint | undefined)[] {
  if (!body.has(key)) return [];
  const endpoints = decodeEndpoints(bytesField(body, key) ?? new Uint8Array(1), size);
  if (endpoints === undefined) warnings.push(`${key} is not a list of ${size}-byte entries`);
  return endpoints ?? [];
}

/** Reads a peer that is a dictionary, as before BEP 23; undefined if its host is not an address. */
function readPeer(value: unknown): AnnouncedPeer | undefined {
  if (!(value instanceof Map)) return undefined;
  const host = value.get('ip');
  const port: unknown = value.get('port');
  const peerId: unknown = value.get('peer id');
  const address = host instanceof Uint8Array ? parseAddress(textOf(host)) : undefined;
  if (address === undefined || typeof port !== 'number' || port < 1 || port > 65_535) {
    return undefined;
  }
  const isId = peerId instanceof Uint8Array && peerId.length === 20;
  return { host: formatAddress(address), port, peerId: isId ? peerId : undefined };
}

function readCacheTorrent(
  body: BencodeDictionary,
  warnings: string[],
): CacheTorrentResponse | undefined {
  if (!body.has('ct_v')) return undefined;
  const asn = integerField(body, 'ct_as');
  const leaders = [
    ...readCompact(body, 'ct_leaders', COMPACT_BYTES.ipv4, warnings),
    ...readCompact(body, 'ct_leaders6', COMPACT_BYTES.ipv6, warnings),
  ];
  return {
    asn: asn !== undefined && asn >= 0 && asn <= ASN_MAX ? asn : undefined,
    leaders: leaders.filter((leader) => leader !== undefined),
    isPending: integerField(body, 'ct_pending') === 1,
  };
}

function encodePeerList(peers: readonly AnnouncedPeer[]): BencodeInput[] {
  return peers
    .filter(({ host }) => parseAddress(host) !== undefined)
    .map(({ host, port, peerId }) => ({ ip: host, port, 'peer id': peerId }));
}

/** Encodes AS numbers in the order in which the compact lists have the peers: IPv4 first. */
function encodeAsns(peers: readonly AnnouncedPeer[]): Uint8Array {
  const asns: number[] = [];
  for (const size of [COMPACT_BYTES.ipv4, COMPACT_BYTES.ipv6]) {
    for (const peer of peers) {
      if (encodeEndpoint(peer)?.length === size) asns.push(peer.asn ?? UNKNOWN_ASN);
    }
  }
  const bytes = new Uint8Array(4 * asns.length);
  const view = new DataView(bytes.buffer);
  asns.forEach((asn, i) => view.setUint32(4 * i, asn));
  return bytes;
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}
