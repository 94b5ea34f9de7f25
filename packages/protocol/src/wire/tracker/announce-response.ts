/**
 * What an HTTP tracker answers (BEP 3, 7, 23, 24): a dictionary. Both ends: a tracker writes it,
 * a client reads it, and whatever a stranger's server sends comes to a value and never throws.
 *
 * CacheTorrent adds `ct_v`, the version; `ct_as`, the AS in which the tracker takes the peer to
 * be; `ct_peers_as`, the AS of each peer (4 bytes each, those of `peers`, then of `peers6`);
 * `ct_leaders` and `ct_leaders6`; and `ct_pending`, 1 while too few have come for an election.
 */

import { type Bencodable, type BencodedDictionary, encodeBencode } from '../codec/bencode.ts';
import { bytesField, integerField, readDictionary, textField } from '../codec/bencode-fields.ts';
import { SYSTEM_MAX } from '../extensions/cachetorrent.ts';
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
import { WireError } from '../codec/wire-error.ts';

export interface AnnouncedPeer extends Endpoint {
  /** Its id; only in lists that are not compact. */
  readonly peerId?: Uint8Array | undefined;
  /** CacheTorrent: its AS. */
  readonly system?: number | undefined;
}

/** CacheTorrent's part of an answer. */
export interface Leadership {
  /** The AS of the peer that asks. */
  readonly system?: number | undefined;
  /** Who leads that AS; empty before the election. */
  readonly leaders: readonly Endpoint[];
  /** The election has not been held: ask again soon. */
  readonly isPending: boolean;
}

/** What a tracker answers. */
export interface AnnounceResponse {
  /** Seconds until the next announce. */
  readonly intervalS: number;
  /** Seconds before which it does not want to be asked again. */
  readonly minIntervalS?: number | undefined;
  /** Peers that have everything (`complete`). */
  readonly seeds?: number | undefined;
  /** Peers that lack something (`incomplete`). */
  readonly leechers?: number | undefined;
  /** Peers to connect to, in the order in which they were told. */
  readonly peers: readonly AnnouncedPeer[];
  /** To be sent back with the next announce. */
  readonly trackerId?: string | undefined;
  /** A sentence for the user; the answer holds. */
  readonly warning?: string | undefined;
  /** The asker's own address as the tracker sees it (BEP 24). */
  readonly externalIp?: string | undefined;
  /** Present where the tracker speaks CacheTorrent. */
  readonly cacheTorrent?: Leadership | undefined;
}

/** What came back: an answer with what was odd about it, a refusal, or nothing that makes sense. */
export type AnnounceAnswer =
  | {
      readonly kind: 'peers';
      readonly response: AnnounceResponse;
      /** What was put up with: sentences for a log. */
      readonly remarks: readonly string[];
    }
  /** The tracker refuses, and says why. */
  | { readonly kind: 'refusal'; readonly reason: string }
  /** It is no answer of a tracker. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** Bytes of an answer; ours have a few kilobytes. */
export const ANNOUNCE_BYTES_MAX: number = 2 ** 20;
/** The number that no AS may have (RFC 7607). */
const UNKNOWN_SYSTEM = 0;
const INTERVAL_S = { least: 5, most: 86_400, missing: 1_800 } as const;

/** Reads the body of a tracker's answer. Never throws, whatever the bytes. */
export function parseAnnounceResponse(
  bytes: Uint8Array,
  limits: WireLimits = WIRE_LIMITS,
): AnnounceAnswer {
  if (bytes.length > ANNOUNCE_BYTES_MAX) {
    return { kind: 'malformed', problem: `${bytes.length} bytes, over ${ANNOUNCE_BYTES_MAX}` };
  }
  try {
    const { fields: value } = readDictionary(bytes, limits, 'malformed-bencode');
    const refusal = textField(value, 'failure reason');
    if (refusal !== undefined) return { kind: 'refusal', reason: refusal };
    return readPeers(value);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { kind: 'malformed', problem: error.message };
  }
}

/** Peers whose host is no address are left out. */
export function encodeAnnounceResponse(response: AnnounceResponse): Uint8Array {
  const { peers, cacheTorrent, externalIp } = response;
  const compact = encodeEndpoints(peers);
  const fields: Record<string, Bencodable | undefined> = {
    interval: response.intervalS,
    'min interval': response.minIntervalS,
    complete: response.seeds,
    incomplete: response.leechers,
    peers: compact.ipv4,
    peers6: compact.ipv6.length > 0 ? compact.ipv6 : undefined,
    'tracker id': response.trackerId,
    'warning message': response.warning,
    'external ip': externalIp === undefined ? undefined : parseAddress(externalIp),
  };
  if (cacheTorrent !== undefined) {
    const leaders = encodeEndpoints(cacheTorrent.leaders);
    fields['ct_v'] = 1;
    fields['ct_as'] = cacheTorrent.system;
    fields['ct_peers_as'] = encodeSystems(peers);
    fields['ct_leaders'] = leaders.ipv4;
    if (leaders.ipv6.length > 0) fields['ct_leaders6'] = leaders.ipv6;
    if (cacheTorrent.isPending) fields['ct_pending'] = 1;
  }
  return encodeBencode(fields);
}

/** How a tracker says no. */
export function encodeAnnounceRefusal(reason: string): Uint8Array {
  return encodeBencode({ 'failure reason': reason });
}

function readPeers(value: BencodedDictionary): AnnounceAnswer {
  const remarks: string[] = [];
  const externalIp = bytesField(value, 'external ip');
  const hasExternalIp = externalIp?.length === 4 || externalIp?.length === 16;
  return {
    kind: 'peers',
    remarks,
    response: {
      intervalS: readInterval(value, remarks),
      minIntervalS: clampInterval(integerField(value, 'min interval')),
      seeds: integerField(value, 'complete'),
      leechers: integerField(value, 'incomplete'),
      peers: readPeerLists(value, remarks),
      trackerId: textField(value, 'tracker id'),
      warning: textField(value, 'warning message'),
      externalIp: hasExternalIp ? formatAddress(externalIp!) : undefined,
      cacheTorrent: readLeadership(value, remarks),
    },
  };
}

function readInterval(value: BencodedDictionary, remarks: string[]): number {
  const interval = integerField(value, 'interval');
  const clamped = clampInterval(interval) ?? INTERVAL_S.missing;
  if (interval === undefined) remarks.push('it names no interval');
  else if (clamped !== interval) remarks.push(`an interval of ${interval} s`);
  return clamped;
}

function clampInterval(intervalS: number | undefined): number | undefined {
  if (intervalS === undefined) return undefined;
  return Math.min(INTERVAL_S.most, Math.max(INTERVAL_S.least, intervalS));
}

function readPeerLists(value: BencodedDictionary, remarks: string[]): AnnouncedPeer[] {
  const peers = value.get('peers');
  const listed = Array.isArray(peers)
    ? peers.map(readPeer)
    : readCompact(value, 'peers', COMPACT_BYTES.ipv4, remarks);
  const all = [...listed, ...readCompact(value, 'peers6', COMPACT_BYTES.ipv6, remarks)];

  const systems = bytesField(value, 'ct_peers_as');
  const good: AnnouncedPeer[] = [];
  for (const [i, peer] of all.entries()) {
    if (peer === undefined) continue;
    const system = systems?.length === 4 * all.length ? uint32(systems, 4 * i) : 0;
    good.push(system === UNKNOWN_SYSTEM ? peer : { ...peer, system });
  }
  if (good.length < all.length) remarks.push(`${all.length - good.length} peers have no address`);
  return good;
}

function readCompact(
  value: BencodedDictionary,
  key: string,
  size: number,
  remarks: string[],
): (Endpoint | undefined)[] {
  if (!value.has(key)) return [];
  const endpoints = decodeEndpoints(bytesField(value, key) ?? new Uint8Array(1), size);
  if (endpoints === undefined) remarks.push(`${key} is no list of ${size} bytes each`);
  return endpoints ?? [];
}

/** A peer as a dictionary, the form of before BEP 23. Names instead of addresses are left out. */
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

function readLeadership(value: BencodedDictionary, remarks: string[]): Leadership | undefined {
  if (!value.has('ct_v')) return undefined;
  const system = integerField(value, 'ct_as');
  const leaders = [
    ...readCompact(value, 'ct_leaders', COMPACT_BYTES.ipv4, remarks),
    ...readCompact(value, 'ct_leaders6', COMPACT_BYTES.ipv6, remarks),
  ];
  return {
    system: system !== undefined && system >= 0 && system <= SYSTEM_MAX ? system : undefined,
    leaders: leaders.filter((leader) => leader !== undefined),
    isPending: integerField(value, 'ct_pending') === 1,
  };
}

/** In the order in which compact lists have the peers: IP version 4 first. */
function encodeSystems(peers: readonly AnnouncedPeer[]): Uint8Array {
  const systems: number[] = [];
  for (const size of [COMPACT_BYTES.ipv4, COMPACT_BYTES.ipv6]) {
    for (const peer of peers) {
      if (encodeEndpoint(peer)?.length === size) systems.push(peer.system ?? UNKNOWN_SYSTEM);
    }
  }
  const bytes = new Uint8Array(4 * systems.length);
  const view = new DataView(bytes.buffer);
  systems.forEach((system, i) => view.setUint32(4 * i, system));
  return bytes;
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}
