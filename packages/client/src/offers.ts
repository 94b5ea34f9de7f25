/** How a client presents itself to others, and what it makes of their leaving. */

import { randomBytes } from 'node:crypto';
import {
  type AnnounceRequest,
  CACHE_TORRENT_IDS,
  type CloseReason,
  type Endpoint,
  equalBytes,
  type SessionRole,
  type SessionTorrent,
  type WireLimits,
} from '@cachetorrent/protocol/wire';

import type { ClientOptions } from './client-options.ts';
import type { ConnectionOptions } from './net/tcp-connection.ts';
import type { ClientStatus } from './status.ts';
import type { Torrent } from './torrent/torrent.ts';

const VERSION = 'CacheTorrent 0.1.0';
/** The way in which most clients say what they are (BEP 20). */
const PEER_ID_PREFIX = '-CT0100-';

/** The extensions that it understands, and the numbers by which it wants to be told each. */
const EXTENSION_IDS: Readonly<Record<string, number>> = {
  ut_metadata: 2,
  lt_donthave: 7,
  ...CACHE_TORRENT_IDS,
};

/** Ends of connections that nobody need hear of. */
const PEACEFUL: ReadonlySet<CloseReason> = new Set<CloseReason>([
  'peer-closed',
  'connection-failed',
  'redundant',
  'too-many-connections',
  'stopping',
  'duplicate-peer',
]);

export function newPeerId(): Uint8Array {
  return Buffer.concat([Buffer.from(PEER_ID_PREFIX), randomBytes(12)]);
}

export function isPeaceful(reason: CloseReason): boolean {
  return PEACEFUL.has(reason);
}

export interface Presentation {
  readonly sessionRole: SessionRole;
  readonly peerId: Uint8Array;
  /** Where we listen, and the AS that we are in. */
  readonly port: number;
  readonly system: number | undefined;
  readonly theirHost: string | undefined;
  readonly isOwn: (endpoint: Endpoint) => boolean;
  readonly limits: Partial<WireLimits>;
}

/** What a session on a new connection is told. */
export function sessionOptionsOf(self: Presentation): ConnectionOptions {
  const { sessionRole, peerId, port, system, theirHost, isOwn, limits } = self;
  return {
    ...sessionRole,
    peerId,
    extensionIds: EXTENSION_IDS,
    extendedHandshake: { client: VERSION, port, asn: system, yourAddress: theirHost },
    refuseRelay: (target) => (isOwn(target) ? 'that is ourselves' : undefined),
    limits,
  };
}

/** What sessions need to know of a torrent. */
export function sessionTorrentOf(torrent: Torrent): SessionTorrent {
  const { infoHash, infoHash2, layout, isPrivate, info } = torrent;
  return { infoHash, infoHash2, layout, isPrivate, metadataBytes: info.length };
}

/** What trackers are told, the event left out. */
export function announcementOf(
  { torrent, candidacy }: ClientOptions,
  peerId: Uint8Array,
  port: number,
  { leftBytes, receivedBytes, sentBytes }: ClientStatus,
): Omit<AnnounceRequest, 'event' | 'trackerId'> {
  return {
    infoHash: torrent.infoHash,
    peerId,
    port,
    uploaded: sentBytes,
    downloaded: receivedBytes,
    left: leftBytes,
    cacheTorrent: candidacy ?? {},
  };
}

/** Whoever comes may ask for `torrent`, by either of its names. */
export function acceptedFor(torrent: SessionTorrent): SessionRole {
  const { infoHash, infoHash2 } = torrent;
  const isIts = (name: Uint8Array): boolean =>
    equalBytes(name, infoHash) || (infoHash2 !== undefined && equalBytes(name, infoHash2));
  return { role: 'responder', torrentOf: (name) => (isIts(name) ? torrent : undefined) };
}

/** The sentence for the user: which rule was broken, and how. */
export function hungUp(host: string, reason: CloseReason, detail: string): string {
  const why = detail.startsWith(reason) ? detail : `${reason}: ${detail}`;
  return `${host}: hung up, ${why}`;
}
