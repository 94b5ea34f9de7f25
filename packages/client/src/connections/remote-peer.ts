/** A remote peer that we are connected to: its connection on the wire, and our state about it. */

import { hash } from 'node:crypto';

import type { Connection, PeerId, PieceIndex } from '@cachetorrent/protocol';
import {
  allowedFastSet,
  type Endpoint,
  parseAddress,
  type PieceTrust,
} from '@cachetorrent/protocol/wire';

import type { TcpConnection } from '../net/tcp-connection.ts';
import { IncomingRequests } from '../transfer/incoming-requests.ts';
import { OutgoingRequests } from '../transfer/outgoing-requests.ts';
import { RateEstimate } from '../transfer/rate-estimate.ts';

/** What is known of a remote peer when its connection is identified. */
export interface RemoteIdentity {
  /** The id by which our peer identifies it. */
  readonly id: PeerId;
  /** Where it listens; undefined if it has not sent its port. */
  readonly endpoint: Endpoint | undefined;
  /** The number of its autonomous system; undefined if it is not known. */
  readonly asn: number | undefined;
  /** Whether we connected to it for a follower of ours. */
  readonly isRelay: boolean;
}

/** A remote peer that we are connected to. */
export class RemotePeer implements RemoteIdentity {
  readonly tcp: TcpConnection;
  readonly id: PeerId;
  readonly endpoint: Endpoint | undefined;
  readonly asn: number | undefined;
  readonly isRelay: boolean;
  /** Our peer's number for the connection. */
  connection: Connection = 0 as Connection;

  /** The blocks that we request from it and that could not be requested yet. */
  readonly outgoing: OutgoingRequests;
  /** The blocks that it requests from us. */
  readonly incoming: IncomingRequests = new IncomingRequests();
  /** The pieces that it can get (`ct_have`) but has not announced to hold. */
  readonly relayedPieces: Set<number> = new Set();

  /** The trust in its data, which it shares with all peers at its address. */
  readonly trust: PieceTrust;
  /** Whether the user has been told that it leaves our requests unanswered. */
  isSnubbingUs = false;

  /** When a block was last sent in either direction; before that, when the connection opened. */
  lastUsedMs: number;
  /** When it last sent us a block; before that, when the connection opened. */
  lastReceivedMs: number;
  /** When we last unchoked it. */
  unchokedMs: number = -Infinity;
  /** When it last caused a rechoke. */
  lastRechokeMs: number = -Infinity;

  /** The rate at which it uploads to us. */
  readonly downloadRate: RateEstimate;
  receivedBytes = 0;
  sentBytes = 0;
  #allowedFastSet: readonly PieceIndex[] | undefined;

  constructor(
    tcp: TcpConnection,
    { id, endpoint, asn, isRelay }: RemoteIdentity,
    trust: PieceTrust,
    nowMs: number,
  ) {
    this.tcp = tcp;
    this.trust = trust;
    this.id = id;
    this.endpoint = endpoint;
    this.asn = asn;
    this.isRelay = isRelay;
    this.lastUsedMs = tcp.openedAtMs;
    this.lastReceivedMs = tcp.openedAtMs;
    this.outgoing = new OutgoingRequests(tcp.state.layout);
    this.downloadRate = new RateEstimate(nowMs);
  }

  /** The pieces that it may request while we choke it (BEP 6): always as many. */
  allowedFastSet(count: number): readonly PieceIndex[] {
    this.#allowedFastSet ??= this.#deriveAllowedFastSet(count);
    return this.#allowedFastSet;
  }

  #deriveAllowedFastSet(count: number): readonly PieceIndex[] {
    const { features, torrent, layout } = this.tcp.state;
    const address = parseAddress(this.tcp.host);
    if (!features.fast || address === undefined) return [];
    const { infoHash } = torrent;
    return allowedFastSet({ address, infoHash, pieceCount: layout.pieceCount, count }, (bytes) =>
      hash('sha1', bytes, 'buffer'),
    ) as PieceIndex[];
  }
}
