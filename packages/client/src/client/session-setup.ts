/** How a client identifies itself: to other peers in a session, and to trackers. */

import { randomBytes } from 'node:crypto';
import {
  type AnnounceRequest,
  CACHE_TORRENT_IDS,
  type CacheTorrentAnnounce,
  type Endpoint,
  equalBytes,
  type SessionRole,
  type SessionTorrent,
  type WireLimits,
} from '@cachetorrent/protocol/wire';

import type { Torrent } from '../torrent/torrent.ts';
import { CLIENT_NAME, PEER_ID_PREFIX } from '../version.ts';
import type { ConnectionOptions } from '../net/tcp-connection.ts';
import type { ClientOptions } from './options.ts';
import type { ClientStatus } from './status.ts';

const PEER_ID_RANDOM_BYTES = 12;

/** The supported extensions, and the message ids under which we receive them. */
const EXTENSION_IDS: Readonly<Record<string, number>> = {
  ut_metadata: 2,
  lt_donthave: 7,
  ...CACHE_TORRENT_IDS,
};

/** Returns a new peer id: our prefix, and random bytes (BEP 20). */
export function randomPeerId(): Uint8Array {
  return Buffer.concat([Buffer.from(PEER_ID_PREFIX), randomBytes(PEER_ID_RANDOM_BYTES)]);
}

/** What the options of a session are made of. */
export interface SessionParameters {
  readonly sessionRole: SessionRole;
  /** Our peer id. */
  readonly peerId: Uint8Array;
  /** The port at which we listen. */
  readonly port: number;
  /** The number of our AS. */
  readonly asn: number | undefined;
  /** The address of the other side. */
  readonly remoteHost: string | undefined;
  /** Whether an endpoint is our own. */
  readonly isOwn: (endpoint: Endpoint) => boolean;
  readonly limits: Partial<WireLimits>;
}

/** Returns the options of the session on a new connection. */
export function sessionOptionsOf(parameters: SessionParameters): ConnectionOptions {
  const { sessionRole, peerId, port, asn, remoteHost, isOwn, limits } = parameters;
  return {
    ...sessionRole,
    peerId,
    extensionIds: EXTENSION_IDS,
    extendedHandshake: { client: CLIENT_NAME, port, asn, yourAddress: remoteHost },
    refuseRelay: (target) => (isOwn(target) ? 'that is our own endpoint' : undefined),
    limits,
  };
}

/** Returns what a session needs to know of a torrent. */
export function sessionTorrentOf(torrent: Torrent): SessionTorrent {
  const { infoHash, infoHash2, layout, isPrivate, info } = torrent;
  return { infoHash, infoHash2, layout, isPrivate, metadataBytes: info.length };
}

/** Returns the responder's side of a session, which serves `torrent` under both info hashes. */
export function responderOf(torrent: SessionTorrent): SessionRole {
  const { infoHash, infoHash2 } = torrent;
  const isServed = (hash: Uint8Array): boolean =>
    equalBytes(hash, infoHash) || (infoHash2 !== undefined && equalBytes(hash, infoHash2));
  return { role: 'responder', torrentOf: (hash) => (isServed(hash) ? torrent : undefined) };
}

/** Returns an announce to a tracker, without its event. */
export function announceRequestOf(
  { torrent, candidacy }: ClientOptions,
  peerId: Uint8Array,
  port: number,
  { leftBytes, receivedBytes, sentBytes }: ClientStatus,
  lostLeaders: readonly Endpoint[],
): Omit<AnnounceRequest, 'event' | 'trackerId' | 'numWant'> {
  return {
    infoHash: torrent.infoHash,
    peerId,
    port,
    uploaded: sentBytes,
    downloaded: receivedBytes,
    left: leftBytes,
    cacheTorrent: {
      ...(candidacy === undefined ? {} : wholeBytes(candidacy)),
      ...(lostLeaders.length === 0 ? {} : { lostLeaders }),
    },
  };
}

/** Trackers read whole numbers. */
function wholeBytes({
  uploadBytesPerS,
  downloadBytesPerS,
}: NonNullable<ClientOptions['candidacy']>): CacheTorrentAnnounce {
  return {
    uploadBytesPerS: Math.round(uploadBytesPerS),
    downloadBytesPerS: Math.round(downloadBytesPerS),
  };
}
