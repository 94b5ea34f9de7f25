/**
 * Announces to a UDP tracker (BEP 15, BEP 7 for IPv6): the packets of a client, and the parser of
 * what a tracker answers. A tracker gives a connection id first, which shows that the address of
 * the client is not forged. The path of its URL follows the announce in options (BEP 41).
 *
 *     connect    00000417 27101980 │ 0 │ transaction
 *                ◀── 0 │ transaction │ connection id (8)
 *     announce   connection id │ 1 │ transaction │ info hash (20) │ peer id (20) │ downloaded (8)
 *                │ left (8) │ uploaded (8) │ event │ ip │ key │ numwant │ port (2) │ options
 *                ◀── 1 │ transaction │ interval │ leechers │ seeds │ address and port of each peer
 *     refused    ◀── 3 │ transaction │ text
 *
 * There is no room for what CacheTorrent adds, so over UDP there are no elections.
 */

import { COMPACT_BYTES, decodeEndpoints } from '../codec/endpoint.ts';
import { textOf, utf8 } from '../codec/utf8.ts';
import type { AnnounceEvent, AnnounceRequest } from './announce-request.ts';
import { type AnnounceResult, clampInterval } from './announce-response.ts';

const ACTION = { connect: 0, announce: 1, error: 3 } as const;
const NO_EVENT = 0;
const EVENT: Readonly<Partial<Record<AnnounceEvent, number>>> = {
  completed: 1,
  started: 2,
  stopped: 3,
};
const PROTOCOL_ID = 0x417_2710_1980n;
const BYTES = { connect: 16, announce: 98, error: 8, connected: 16, announced: 20 } as const;
/** The option of BEP 41 that has a part of the path and query. */
const URL_DATA = { id: 2, bytesMax: 255 } as const;
const DEFAULT_NUM_WANT = -1;

/** The answer of a UDP tracker to the request with the same transaction id. */
export type UdpTrackerAnswer =
  | { readonly kind: 'connected'; readonly connectionId: Uint8Array }
  | Exclude<AnnounceResult, { readonly kind: 'malformed' }>;

/** Returns the packet that asks for a connection id. */
export function encodeUdpConnect(transactionId: number): Uint8Array {
  const bytes = new Uint8Array(BYTES.connect);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, PROTOCOL_ID);
  view.setUint32(8, ACTION.connect);
  view.setUint32(12, transactionId);
  return bytes;
}

/**
 * Returns the packet of an announce. `urlData` is the path and the query of the tracker's URL. An
 * event that BEP 15 does not have is announced as none.
 */
export function encodeUdpAnnounce(
  connectionId: Uint8Array,
  transactionId: number,
  request: AnnounceRequest,
  urlData: string,
): Uint8Array {
  const options = encodeUrlData(utf8(urlData));
  const bytes = new Uint8Array(BYTES.announce + options.length);
  const view = new DataView(bytes.buffer);
  const { event, numWant = DEFAULT_NUM_WANT } = request;
  bytes.set(connectionId);
  view.setUint32(8, ACTION.announce);
  view.setUint32(12, transactionId);
  bytes.set(request.infoHash, 16);
  bytes.set(request.peerId, 36);
  view.setBigUint64(56, BigInt(request.downloaded));
  view.setBigUint64(64, BigInt(request.left));
  view.setBigUint64(72, BigInt(request.uploaded));
  view.setUint32(80, event === undefined ? NO_EVENT : (EVENT[event] ?? NO_EVENT));
  // The address is that of the packet. The key tells it is us after a change of that: our peer id.
  bytes.set(request.peerId.subarray(-4), 88);
  view.setInt32(92, numWant);
  view.setUint16(96, request.port);
  bytes.set(options, BYTES.announce);
  return bytes;
}

/**
 * Parses a packet from a tracker. Returns undefined if it does not answer the request with this
 * transaction id. `isIpv6`: the addresses of peers have the family of the packet's.
 */
export function parseUdpAnswer(
  packet: Uint8Array,
  transactionId: number,
  isIpv6: boolean,
): UdpTrackerAnswer | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (packet.length < BYTES.error || view.getUint32(4) !== transactionId) return undefined;
  switch (view.getUint32(0)) {
    case ACTION.connect:
      if (packet.length < BYTES.connected) return undefined;
      return { kind: 'connected', connectionId: Uint8Array.from(packet.subarray(8, 16)) };
    case ACTION.announce:
      return packet.length < BYTES.announced ? undefined : readPeers(packet, view, isIpv6);
    case ACTION.error:
      return { kind: 'failure', reason: withoutEnd(textOf(packet.subarray(BYTES.error))) };
    default:
      return undefined;
  }
}

/** Some trackers end their text as in C, with a byte 0. */
function withoutEnd(text: string): string {
  return text.replace(/\0+$/, '');
}

function readPeers(packet: Uint8Array, view: DataView, isIpv6: boolean): UdpTrackerAnswer {
  const size = isIpv6 ? COMPACT_BYTES.ipv6 : COMPACT_BYTES.ipv4;
  // A packet may be longer than its content (BEP 15).
  const count = Math.floor((packet.length - BYTES.announced) / size);
  const end = BYTES.announced + count * size;
  const listed = decodeEndpoints(packet.subarray(BYTES.announced, end), size)!;
  const peers = listed.filter((peer) => peer !== undefined);
  const invalid = listed.length - peers.length;
  const intervalS = view.getInt32(8);
  return {
    kind: 'peers',
    warnings: invalid > 0 ? [`${invalid} peers have no valid endpoint`] : [],
    response: {
      intervalS: clampInterval(intervalS),
      leechers: view.getUint32(12),
      seeds: view.getUint32(16),
      peers,
    },
  };
}

/** Splits the path and query into options, each with an id and a length. */
function encodeUrlData(data: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (let begin = 0; begin < data.length; begin += URL_DATA.bytesMax) {
    const part = data.subarray(begin, begin + URL_DATA.bytesMax);
    bytes.push(URL_DATA.id, part.length, ...part);
  }
  return Uint8Array.from(bytes);
}
