/**
 * BEP 11, `ut_pex`: peer exchange, in which peers name other peers, at most once a minute.
 *
 *     d5:added6:<6 bytes>7:added.f1:<a byte of flags>7:dropped0:e
 */

import { type BencodeInput, encodeBencode } from '../codec/bencode.ts';
import {
  bytesField,
  readDictionary,
  type Warning,
  warnOfTrailingBytes,
} from '../codec/bencode-fields.ts';
import {
  COMPACT_BYTES,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
} from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/violation-rules.ts';

/** The bits of `flags` (BEP 11). */
export const PEX_FLAGS = {
  prefersEncryption: 1,
  seed: 2,
  utp: 4,
  holepunch: 8,
  outgoing: 16,
} as const;

/** A peer that another peer names (BEP 11). */
export interface ExchangedPeer extends Endpoint {
  /** A sum of `PEX_FLAGS`. */
  readonly flags: number;
}

/** A message of `ut_pex` (BEP 11). */
export interface PeerExchange {
  /** Peers to which the sender has connected since its last message. */
  readonly added: readonly ExchangedPeer[];
  /** Peers to which the sender is no longer connected. */
  readonly dropped: readonly Endpoint[];
}

/** Returns the payload of the extension message. Peers whose host is not an address are omitted. */
export function encodePeerExchange({ added, dropped }: PeerExchange): Uint8Array {
  const { ipv4, ipv6 } = encodeEndpoints(added);
  const flags = (size: number): Uint8Array =>
    Uint8Array.from(
      added.filter((peer) => encodeEndpoint(peer)?.length === size).map((peer) => peer.flags),
    );
  const droppedLists = encodeEndpoints(dropped);
  const fields: Record<string, BencodeInput> = {
    added: ipv4,
    'added.f': flags(COMPACT_BYTES.ipv4),
    dropped: droppedLists.ipv4,
  };
  if (ipv6.length > 0) {
    fields['added6'] = ipv6;
    fields['added6.f'] = flags(COMPACT_BYTES.ipv6);
  }
  if (droppedLists.ipv6.length > 0) fields['dropped6'] = droppedLists.ipv6;
  return encodeBencode(fields);
}

/**
 * Decodes the payload of the extension message. Omits peers that cannot be reached: those with port
 * 0, and loopback addresses unless `allowLoopback`.
 *
 * @throws WireError `bad-peer-exchange` for a malformed list, or one with more than `peersMax`
 *   entries, and as `decodeBencode` does.
 */
export function decodePeerExchange(
  payload: Uint8Array,
  limits: WireLimits,
  { peersMax, allowLoopback }: { readonly peersMax: number; readonly allowLoopback: boolean },
  warnings?: Warning[],
): PeerExchange {
  const { fields, end } = readDictionary(payload, limits, 'bad-peer-exchange', warnings);
  warnOfTrailingBytes(payload, end, warnings);

  const list = (key: string, size: number): readonly (Endpoint | undefined)[] => {
    const bytes = bytesField(fields, key);
    if (bytes === undefined) {
      if (fields.has(key)) throw bad(`${key} is not a string`);
      return [];
    }
    const endpoints = decodeEndpoints(bytes, size);
    if (endpoints === undefined) throw bad(`${key} has ${bytes.length} bytes`);
    if (endpoints.length > peersMax) throw bad(`${key} has ${endpoints.length} entries`);
    return endpoints;
  };
  const isReachable = (endpoint: Endpoint | undefined): endpoint is Endpoint =>
    endpoint !== undefined && (allowLoopback || !isLoopback(endpoint.host));

  const added = (key: string, size: number): ExchangedPeer[] => {
    const endpoints = list(key, size);
    const flags = bytesField(fields, `${key}.f`);
    if (flags !== undefined && flags.length !== endpoints.length) {
      throw bad(`${key}.f has ${flags.length} bytes for ${endpoints.length} entries`);
    }
    return endpoints.flatMap((endpoint, i) =>
      isReachable(endpoint) ? [{ ...endpoint, flags: flags?.[i] ?? 0 }] : [],
    );
  };

  const { ipv4, ipv6 } = COMPACT_BYTES;
  return {
    added: [...added('added', ipv4), ...added('added6', ipv6)],
    dropped: [...list('dropped', ipv4), ...list('dropped6', ipv6)].filter(isReachable),
  };
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1' || host === '0.0.0.0' || host === '::';
}

function bad(detail: string): WireError {
  return new WireError('bad-peer-exchange', detail);
}
