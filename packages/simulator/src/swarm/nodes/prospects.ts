/**
 * Whether a peer that lacks pieces can still get one, and what it waits for if it does not.
 *
 * A peer has a source if a neighbour that can upload to it has announced a piece that it lacks.
 * Pieces reach a peer from its sources only, so if no peer has one and nothing is on its way, the
 * swarm has stalled. If a peer has a source, it depends on the chokers: on whether its source
 * unchokes it, and on whether it gives up on another neighbour, from which it has requested the
 * piece in vain. It does so after a while; where pieces are moved whole, only if that neighbour
 * chokes it.
 */

import type { Connection, PeerId } from '@cachetorrent/protocol';
import { rulesFor } from '@cachetorrent/protocol/internal';

import type { Plan } from '../plan/plan.ts';
import type { RemoteEndpoints } from '../transport/remote-endpoints.ts';
import { claimsOf } from './claims.ts';
import type { HostedPeer } from './hosted-peer.ts';

/** Why a peer gets no piece any more, the first that applies. */
export const PROSPECTS = [
  /** It has no source. */
  'no source',
  /** It has requested pieces from neighbours that cannot upload. */
  'silent neighbours',
  /** Its sources have announced pieces before they held them, or it waits for such pieces. */
  'false announcements',
  /** It has requested pieces from leaders, which lack them. */
  'waiting leaders',
  /** No source has unchoked it. */
  'choked',
] as const;

export type Prospect = (typeof PROSPECTS)[number];

const DRAWS_PER_CONNECTION = 30;
const DRAWN_AT_LEAST = 5;

export class Prospects {
  readonly #plan: Plan;
  readonly #endpoints: RemoteEndpoints;

  constructor(plan: Plan, endpoints: RemoteEndpoints) {
    this.#plan = plan;
    this.#endpoints = endpoints;
  }

  /** Whether any of these peers lacks a piece and has a source for it. */
  someHasSource(peers: readonly HostedPeer[]): boolean {
    return peers.some(
      (hosted) => hosted.hasStarted && !hosted.peer.isComplete && this.#hasSource(hosted),
    );
  }

  /**
   * The time in which the chokers of `peers` have decided everything that they may ever decide. A
   * choker that draws one of n connections at random leaves out a particular one in d draws with a
   * probability of e^(-d/n), here below e^(-DRAWS_PER_CONNECTION).
   */
  chokersTakeMs(peers: readonly HostedPeer[]): number {
    const { quirks, client, rechokeIntervalMs } = this.#plan.swarm;
    const optimisticMs = rulesFor(quirks).upload.keepsOptimistics ? client.optimisticMs : 0;
    const timeoutMs = quirks.wholePieces ? 0 : client.requestTimeoutMs;
    const drawMs = Math.max(rechokeIntervalMs, optimisticMs, timeoutMs);
    const connections = peers.reduce(
      (most, hosted) => Math.max(most, hosted.hasStarted ? hosted.peer.connectionCount : 0),
      DRAWN_AT_LEAST,
    );
    return drawMs * DRAWS_PER_CONNECTION * connections;
  }

  /** Whether a neighbour that can upload has announced a piece that this peer lacks. */
  #hasSource(hosted: HostedPeer): boolean {
    return this.#some(
      hosted,
      (connection, canUpload) => canUpload && hosted.peer.isLackingFrom(connection),
    );
  }

  /** The same without what others have announced before they held it. */
  #hasHonestSource(hosted: HostedPeer): boolean {
    return this.#some(hosted, (connection, canUpload, remote) => {
      const claims = claimsOf(this.#plan, remote, hosted.subTorrent);
      return canUpload && hosted.peer.isLackingFrom(connection, claims);
    });
  }

  /** What a peer that lacks pieces waits for, in a swarm that has stalled. */
  of(hosted: HostedPeer): Prospect {
    if (!hosted.hasStarted || !this.#hasSource(hosted)) return 'no source';
    const waitsFor = (test: (canUpload: boolean, remote: PeerId) => boolean): boolean =>
      this.#some(
        hosted,
        (connection, canUpload, remote) =>
          hosted.peer.outstandingOn(connection) > 0 && test(canUpload, remote),
      );
    if (waitsFor((canUpload) => !canUpload)) return 'silent neighbours';
    const waitsForLiar = waitsFor((_, remote) => this.#plan.claimedPercentOf(remote) > 0);
    if (waitsForLiar || !this.#hasHonestSource(hosted)) return 'false announcements';
    return waitsFor(() => true) ? 'waiting leaders' : 'choked';
  }

  /** Whether any connection passes `test`, which learns whether its other side can upload to us. */
  #some(
    { peer, row, id }: HostedPeer,
    test: (connection: Connection, canUpload: boolean, remote: PeerId) => boolean,
  ): boolean {
    for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
      const asId = this.#endpoints.asId(row, connection);
      const remotePeer = this.#endpoints.remotePeer(row, connection);
      const remote = this.#plan.idOfLocalPeer(asId, remotePeer) as PeerId;
      const isClosed = this.#plan.isClosed(asId, this.#plan.asOf(id));
      if (test(connection, this.#plan.canUpload(remote) && !isClosed, remote)) return true;
    }
    return false;
  }
}
