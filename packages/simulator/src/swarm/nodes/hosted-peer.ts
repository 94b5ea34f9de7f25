/**
 * Hosts a peer in the simulated world: sends its messages, opens its connections, and starts and
 * stops its flows.
 *
 * Each side of a connection has its own number for it. A connection is established by two
 * `connReq`, in which each side sends the other its number. A peer that receives one from a peer
 * to which it has no connection opens one and answers with its own `connReq`; a peer that has sent
 * one already takes it for the answer. So two peers that connect to each other at the same time
 * get one connection. A side may send as soon as it knows both numbers.
 */

import {
  type BlockIndex,
  type Connection,
  type ConnectionPurpose,
  NO_CONNECTION,
  type Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';
import type { PeerMemory } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { Plan } from '../plan/plan.ts';
import { allowedFastSet } from './allowed-fast-set.ts';
import { subTorrentRange } from './sub-torrents.ts';
import type { Transport } from '../transport/transport.ts';

/** What a node and its peers need of their AS. */
export interface PeerEnvironment {
  readonly plan: Plan;
  readonly asId: number;
  readonly nowMs: number;
  readonly transport: Transport;
  /** The memory of a node's peer in a sub-torrent. */
  memoryOf(id: PeerId, subTorrent: number): PeerMemory;
  /** A peer can receive messages from now on. */
  peerStarted(hosted: HostedPeer, peer: Peer): void;
  startSending(from: HostedPeer, connection: Connection): void;
  /** Returns how many blocks of the span in progress have been sent or begun. */
  blocksBegun(from: HostedPeer, connection: Connection): number;
  shortenSending(from: HostedPeer, connection: Connection): void;
  /** Returns how many whole blocks have been sent of the span in progress. */
  stopSending(from: HostedPeer, connection: Connection): number;
  /** A peer's choker is to run at its next tick. */
  rechokeSoon(hosted: HostedPeer): void;
  /** A peer holds all pieces of its sub-torrent. */
  subTorrentCompleted(hosted: HostedPeer): void;
}

/** A `connReq` that arrived before our peer started. */
interface ConnectionRequest {
  readonly from: PeerId;
  /** The sender's number for the connection. */
  readonly remoteConnection: Connection;
  /** The sender will not download from us. */
  readonly uploadOnly: boolean;
}

/** A `leaderStart` for a leader that has not accepted the connection yet. */
interface LeaderStart {
  readonly connection: Connection;
  readonly target: PeerId;
}

export class HostedPeer implements PeerHost {
  readonly id: PeerId;
  readonly subTorrent: number;
  /** Its index among the peers of its AS. */
  readonly localPeer: number;
  readonly #environment: PeerEnvironment;
  #peer: Peer | undefined;
  #earlyRequests: ConnectionRequest[] = [];
  #pendingLeaderStarts: LeaderStart[] = [];

  constructor(id: PeerId, subTorrent: number, localPeer: number, environment: PeerEnvironment) {
    this.id = id;
    this.subTorrent = subTorrent;
    this.localPeer = localPeer;
    this.#environment = environment;
  }

  get peer(): Peer {
    const peer = this.#peer;
    assert(peer !== undefined, 'a peer receives nothing before it has started');
    return peer;
  }

  get hasStarted(): boolean {
    return this.#peer !== undefined;
  }

  /** Starts the peer: connects to its neighbours, then accepts the requests that came before. */
  start(peer: Peer, neighbours: Uint32Array): void {
    this.#peer = peer;
    this.#environment.peerStarted(this, peer);
    for (const id of neighbours) this.#connect(id as PeerId, 'neighbour');
    for (const { from, remoteConnection, uploadOnly } of this.#earlyRequests) {
      this.connReq(from, remoteConnection, uploadOnly);
    }
    this.#earlyRequests = [];
  }

  /** Another peer connects to us, or accepts our connection. */
  connReq(from: PeerId, remoteConnection: Connection, uploadOnly: boolean): void {
    if (this.#peer === undefined) {
      this.#earlyRequests.push({ from, remoteConnection, uploadOnly });
      return;
    }
    const known = this.#peer.connectionTo(from);
    const connection = known === NO_CONNECTION ? this.#connect(from, 'neighbour') : known;
    const { endpoints } = this.#environment.transport;
    assert(!endpoints.isEstablished(this.localPeer, connection), 'a connection is made once');
    endpoints.establish(this.localPeer, connection, remoteConnection);
    if (this.#peer.announcesOn(connection)) {
      endpoints.addSubscriber(this.localPeer, connection, !uploadOnly);
    }
    const isIntraAs = endpoints.asId(this.localPeer, connection) === this.#environment.asId;
    this.#peer.established(connection, isIntraAs);
    this.#sendPendingLeaderStarts(connection);
  }

  // What the peer sends and requests.

  get nowMs(): number {
    return this.#environment.nowMs;
  }

  choke(connection: Connection): void {
    this.#environment.transport.sendFrom(this).choke(connection);
  }

  unchoke(connection: Connection): void {
    this.#environment.transport.sendFrom(this).unchoke(connection);
  }

  interested(connection: Connection): void {
    this.#environment.transport.sendFrom(this).interested(connection);
  }

  notInterested(connection: Connection): void {
    this.#environment.transport.sendFrom(this).notInterested(connection);
  }

  have(connection: Connection, piece: PieceIndex): void {
    this.#environment.transport.sendFrom(this).have(connection, piece);
  }

  bitfield(connection: Connection, pieces: Uint32Array): void {
    this.#environment.transport.sendFrom(this).bitfield(connection, pieces);
  }

  broadcastHave(piece: PieceIndex): void {
    this.#environment.transport.broadcastHave(this, piece);
  }

  request(connection: Connection, block: BlockIndex, count: number): void {
    this.#environment.transport.sendFrom(this).request(connection, block, count);
  }

  leaderStart(connection: Connection, target: PeerId): void {
    const { transport } = this.#environment;
    if (transport.endpoints.isEstablished(this.localPeer, connection)) {
      transport.sendFrom(this).leaderStart(connection, target);
    } else {
      this.#pendingLeaderStarts.push({ connection, target });
    }
  }

  /** The last bit of blocks has been sent: the receiver has them after the latency. */
  sendBlocks(connection: Connection, block: BlockIndex, count: number): void {
    this.#environment.transport.sendFrom(this).piece(connection, block, count);
  }

  startSending(connection: Connection): void {
    this.#environment.startSending(this, connection);
  }

  cancel(connection: Connection, block: BlockIndex, count: number): void {
    this.#environment.transport.sendFrom(this).cancel(connection, block, count);
  }

  allowedFast(connection: Connection, piece: PieceIndex): void {
    this.#environment.transport.sendFrom(this).allowedFast(connection, piece);
  }

  allowedFastSet(connection: Connection, count: number): readonly PieceIndex[] {
    const { plan, transport } = this.#environment;
    const { endpoints } = transport;
    const asId = endpoints.asId(this.localPeer, connection);
    const id = plan.idOfLocalPeer(asId, endpoints.remotePeer(this.localPeer, connection));
    const { pieces } = subTorrentRange(plan.swarm, this.subTorrent);
    return allowedFastSet(plan.seed, id, this.subTorrent, pieces, count);
  }

  blocksBegun(connection: Connection): number {
    return this.#environment.blocksBegun(this, connection);
  }

  shortenSending(connection: Connection): void {
    this.#environment.shortenSending(this, connection);
  }

  stopSending(connection: Connection): number {
    return this.#environment.stopSending(this, connection);
  }

  /** A leader connects to an outside peer for a follower; a follower connects to its leader. */
  connectTo(target: PeerId): void {
    if (this.peer.connectionTo(target) !== NO_CONNECTION) return;
    const { plan, asId } = this.#environment;
    this.#connect(target, plan.asOf(target) === asId ? 'neighbour' : 'relay');
  }

  rechokeSoon(): void {
    this.#environment.rechokeSoon(this);
  }

  completed(): void {
    this.#environment.subTorrentCompleted(this);
  }

  /** Opens our side of a connection, and sends the other side our number for it. */
  #connect(to: PeerId, purpose: ConnectionPurpose): Connection {
    const known = this.peer.connectionTo(to);
    if (known !== NO_CONNECTION) return known;

    const { plan, asId, transport } = this.#environment;
    const remoteAsId = plan.asOf(to);
    const remotePeer = plan.localPeerOf(to, this.subTorrent);
    const latencyMs = plan.latencyMs(this.id, to);
    const connection = this.peer.connect(to, remoteAsId === asId, purpose);
    transport.endpoints.open(this.localPeer, connection, remoteAsId, remotePeer, latencyMs);
    const uploadOnly = !this.peer.mayDownloadOn(connection);
    transport.sendToNode(this.id, to, this.subTorrent).connReq(this.id, connection, uploadOnly);
    return connection;
  }

  #sendPendingLeaderStarts(connection: Connection): void {
    if (this.#pendingLeaderStarts.length === 0) return;
    const pending = this.#pendingLeaderStarts;
    this.#pendingLeaderStarts = pending.filter((each) => each.connection !== connection);
    for (const each of pending) {
      if (each.connection === connection) this.leaderStart(connection, each.target);
    }
  }
}
