/**
 * BEP 11, `ut_pex`: peers tell each other of peers, at most once a minute.
 *
 *     d5:added6:<6 bytes>7:added.f1:<a byte of flags>7:dropped0:e
 */

import { type Bencodable, encodeBencode } from '../codec/bencode.ts';
import { bytesField, readDictionary, type Remark, remarkTail } from '../codec/bencode-fields.ts';
import {
  COMPACT_BYTES,
  decodeEndpoints,
  type Endpoint,
  encodeEndpoint,
  encodeEndpoints,
} from '../codec/endpoint.ts';
import type { WireLimits } from '../codec/limits.ts';
import { WireError } from '../codec/wire-error.ts';

/** Bits of `flags`. */
export const PEX_FLAGS = {
  prefersEncryption: 1,
  seed: 2,
  utp: 4,
  holepunch: 8,
  outgoing: 16,
} as const;

export interface ExchangedPeer extends Endpoint {
  /** A sum of `PEX_FLAGS`. */
  readonly flags: number;
}

/** A message of `ut_pex` (BEP 11). */
export interface PeerExchange {
  /** Peers that the sender is connected to since the last message. */
  readonly added: readonly ExchangedPeer[];
  /** Peers that it is not connected to any more. */
  readonly dropped: readonly Endpoint[];
}

/** The payload of the extended message. */
export function encodePeerExchange({ added, dropped }: PeerExchange): Uint8Array {
  const { ipv4, ipv6 } = encodeEndpoints(added);
  const flags = (size: number): Uint8Array =>
    Uint8Array.from(
      added.filter((peer) => encodeEndpoint(peer)?.length === size).map((peer) => peer.flags),
    );
  const gone = encodeEndpoints(dropped);
  const fields: Record<string, Bencodable> = {
    added: ipv4,
    'added.f': flags(COMPACT_BYTES.ipv4),
    dropped: gone.ipv4,
  };
  if (ipv6.length > 0) {
    fields['added6'] = ipv6;
    fields['added6.f'] = flags(COMPACT_BYTES.ipv6);
  }
  if (gone.ipv6.length > 0) fields['dropped6'] = gone.ipv6;
  return encodeBencode(fields);
}

/**
 * Throws WireError where a list does not come out even, or has more than `peersMax` entries.
 * What nobody can connect to (port 0, loopback unless `loopback`) is left out.
 */
export function decodePeerExchange(
  payload: Uint8Array,
  limits: WireLimits,
  { peersMax, loopback }: { readonly peersMax: number; readonly loopback: boolean },
  remarks?: Remark[],
): PeerExchange {
  const { fields: value, end } = readDictionary(payload, limits, 'bad-peer-exchange', remarks);
  remarkTail(payload, end, remarks);

  const list = (key: string, size: number): readonly (Endpoint | undefined)[] => {
    const bytes = bytesField(value, key);
    if (bytes === undefined) {
      if (value.has(key)) throw bad(`${key} is no string`);
      return [];
    }
    const endpoints = decodeEndpoints(bytes, size);
    if (endpoints === undefined) throw bad(`${key} has ${bytes.length} bytes`);
    if (endpoints.length > peersMax) throw bad(`${key} has ${endpoints.length} entries`);
    return endpoints;
  };
  const reachable = (endpoint: Endpoint | undefined): endpoint is Endpoint =>
    endpoint !== undefined && (loopback || !isLoopback(endpoint.host));

  const added = (key: string, size: number): ExchangedPeer[] => {
    const endpoints = list(key, size);
    const flags = bytesField(value, `${key}.f`);
    if (flags !== undefined && flags.length !== endpoints.length) {
      throw bad(`${key}.f has ${flags.length} bytes for ${endpoints.length} entries`);
    }
    return endpoints.flatMap((endpoint, i) =>
      reachable(endpoint) ? [{ ...endpoint, flags: flags?.[i] ?? 0 }] : [],
    );
  };

  const { ipv4, ipv6 } = COMPACT_BYTES;
  return {
    added: [...added('added', ipv4), ...added('added6', ipv6)],
    dropped: [...list('dropped', ipv4), ...list('dropped6', ipv6)].filter(reachable),
  };
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1' || host === '0.0.0.0' || host === '::';
}

function bad(detail: string): WireError {
  return new WireError('bad-peer-exchange', detail);
}
