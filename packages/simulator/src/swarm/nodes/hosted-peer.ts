/**
 * Hosts a peer in the simulated world: sends its messages, opens its connections, and starts and
 * stops its flows.
 *
 * Each side of a connection has its own number for it. A connection is established by two
 * `connReq`, in which each side sends the other its number. A peer that receives one from a peer
 * to which it has no connection opens one and answers with its own `connReq`; a peer that has sent
 * one already takes it for the answer. So two peers that connect to each other at the same time
 * get one connection. A side may send as soon as it knows both numbers.
 *
 * One who is behind a NAT refuses a `connReq` unless it has sent one itself.
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
  type Role,
} from '@cachetorrent/protocol';
import type { PeerMemory } from '@cachetorrent/protocol/internal';
import { assert } from '@cachetorrent/std';

import type { Plan } from '../plan/plan.ts';
import type { Recorder } from '../recording/recorder.ts';
import { allowedFastSet } from './allowed-fast-set.ts';
import { type BoundedHost, ConnectionBound } from './connection-bound.ts';
import { PendingConnections } from './pending-connections.ts';
import { subTorrentRange } from './sub-torrents.ts';
import { CONNECTION_TIMEOUT_MS } from '../transport/borders.ts';
import type { Transport } from '../transport/transport.ts';

/** What a node and its peers need of their AS. */
export interface PeerEnvironment {
  readonly plan: Plan;
  readonly asId: number;
  readonly nowMs: number;
  readonly transport: Transport;
  /** Undefined if the run is not recorded. */
  readonly recorder: Recorder | undefined;
  /** The memory of a peer. */
  memoryOf(hosted: HostedPeer): PeerMemory;
  /** A peer can receive messages from now on. */
  peerStarted(hosted: HostedPeer, peer: Peer): void;
  startSending(from: HostedPeer, connection: Connection): void;
  /** Returns how many blocks of the span in progress have been sent or begun. */
  blocksBegun(from: HostedPeer, connection: Connection): number;
  shortenSending(from: HostedPeer, connection: Connection): void;
  /** Returns how many whole blocks have been sent of the span in progress. */
  stopSending(from: HostedPeer, connection: Connection): number;
  /** A connection is closed on the peer's side: nothing arrives on it any more. */
  connectionClosed(hosted: HostedPeer, connection: Connection): void;
  /** Nothing is under way any more on a connection that was closed, at the latest in `afterMs`. */
  connectionOver(hosted: HostedPeer, connection: Connection, afterMs?: number): void;
  /** A peer holds another piece. */
  pieceStored(hosted: HostedPeer, piece: PieceIndex): void;
  /** A peer's role has changed, or is known now. */
  roleChanged(hosted: HostedPeer): void;
  /** A follower has lost its last leader, or may have become one: the tracker knows more. */
  needsLeaders(hosted: HostedPeer): void;
  /** A follower has lost a leader. */
  leaderLost(hosted: HostedPeer, leader: PeerId): void;
  /** A peer looks at its bound of connections at a time, or before. */
  lookAtConnections(hosted: HostedPeer, bound: ConnectionBound, atMs: number): void;
  /** A peer's choker is to run at its next tick. */
  rechokeSoon(hosted: HostedPeer): void;
  /** A peer holds all pieces of its sub-torrent. */
  subTorrentCompleted(hosted: HostedPeer): void;
}

export class HostedPeer implements PeerHost, BoundedHost {
  readonly id: PeerId;
  readonly subTorrent: number;
  /** Its index among the peers of its AS. */
  readonly localPeer: number;
  /** Its row in the tables of its AS. */
  readonly row: number;
  /** When its choker runs next, in ms. */
  rechokeAtMs: number = Infinity;
  readonly #environment: PeerEnvironment;
  #peer: Peer | undefined;
  /** Undefined if there is nothing to remember of any connection. */
  #pending: PendingConnections | undefined;
  /** Whether another peer has ever connected to us. */
  everIncoming = false;
  /** Undefined if it may have any number of connections. */
  readonly bound: ConnectionBound | undefined;

  constructor(id: PeerId, subTorrent: number, row: number, environment: PeerEnvironment) {
    this.id = id;
    this.subTorrent = subTorrent;
    this.localPeer = environment.plan.localPeerOf(id, subTorrent);
    this.row = row;
    this.#environment = environment;
    const { connectionsMax } = environment.plan.swarm;
    if (connectionsMax !== undefined) this.bound = new ConnectionBound(connectionsMax, this);
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
    this.connectToAll(neighbours);
    const early = this.#pending?.earlyRequests ?? [];
    for (const { from, remoteConnection, uploadOnly } of early) {
      this.connReq(from, remoteConnection, uploadOnly);
    }
    if (this.#pending !== undefined) this.#pending.earlyRequests = [];
    this.#forgetPending();
  }

  /** Another peer connects to us, or accepts our connection. */
  connReq(from: PeerId, remoteConnection: Connection, uploadOnly: boolean): void {
    if (!this.#isOpenTo(from)) return this.#refuse(from);
    if (this.#peer === undefined) {
      this.#remember().earlyRequests.push({ from, remoteConnection, uploadOnly });
      return;
    }
    const known = this.#peer.connectionTo(from);
    if (known === NO_CONNECTION && !this.#accepts(from)) return this.#refuse(from);
    if (known === NO_CONNECTION) this.everIncoming = true;
    const connection = known === NO_CONNECTION ? this.#connect(from, 'neighbour', false) : known;
    const { endpoints } = this.#environment.transport;
    assert(!endpoints.isEstablished(this.row, connection), 'a connection is made once');
    endpoints.establish(this.row, connection, remoteConnection);
    if (this.#peer.announcesOn(connection)) {
      endpoints.addSubscriber(this.row, connection, !uploadOnly);
    }
    // Our role may have changed since we have opened the connection.
    const isUploadOnly = !this.#peer.mayDownloadOn(connection);
    const isTold = this.#pending?.toldUploadOnly.delete(connection) === true;
    this.bound?.established(from);
    this.#environment.recorder?.connected(this, connection);
    if (isTold !== isUploadOnly) this.#tellUploadOnly(connection, isUploadOnly);
    this.#peer.established(connection, this.#isInside(from));
    this.#sendPendingLeaderStarts();
  }

  /**
   * Whether a peer can reach us: anybody, but through a NAT only one that answers. One that nobody
   * can reach has nothing to answer, so it connects to us, even if we have sent it a `connReq`.
   */
  #isOpenTo(from: PeerId): boolean {
    const { plan } = this.#environment;
    if (plan.isReachable(this.id)) return true;
    if (this.#peer === undefined || !plan.isReachable(from)) return false;
    return this.#peer.connectionTo(from) !== NO_CONNECTION;
  }

  /** Whether it is a leader. */
  get leads(): boolean {
    return this.#peer?.role === 'leader';
  }

  /** The pieces that it holds, as words of bits; none before it has started. */
  storedPieces(): Uint32Array {
    return this.#peer?.storedPieces() ?? new Uint32Array(0);
  }

  /** Connects to neighbours that the tracker has named, unless we are connected to them. */
  connectToAll(ids: Uint32Array): void {
    if (this.bound !== undefined) return this.bound.know(ids, 'neighbour');
    for (const id of ids) if (id !== this.id) this.#connect(id as PeerId, 'neighbour');
  }

  /** The number of open connections. */
  get openCount(): number {
    const { peer, bound } = this;
    if (bound !== undefined) return bound.openCount;
    let count = 0;
    for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
      if (peer.isOpen(connection)) count++;
    }
    return count;
  }

  /**
   * The tracker has named the leaders of our AS: we are one of them, or follow them. `leaders` are
   * those that we follow: of a leader, those of the parent AS.
   */
  assign(role: Role, leaders: readonly PeerId[]): void {
    const { peer } = this;
    const isSameRole = peer.role === role;
    if (isSameRole && role === 'follower') {
      peer.setLeaders(leaders);
      return this.#environment.recorder?.role(this);
    }
    if (isSameRole && leaders.join() === peer.leaders.join()) return;
    const { endpoints } = this.#environment.transport;
    const mayDownload = this.#downloadPermissions();
    peer.setRole(role, leaders, (connection) => this.#isInside(peer.remoteOf(connection)));
    if (!isSameRole) this.#environment.roleChanged(this);
    this.#environment.recorder?.role(this);
    for (const [connection, before] of mayDownload) {
      const isUploadOnly = !peer.mayDownloadOn(connection);
      if (before !== isUploadOnly || !endpoints.isEstablished(this.row, connection)) continue;
      this.#tellUploadOnly(connection, isUploadOnly);
    }
  }

  /** For each open connection, whether we may download on it. */
  #downloadPermissions(): Map<Connection, boolean> {
    const permissions = new Map<Connection, boolean>();
    const { peer } = this;
    for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
      if (peer.isOpen(connection)) permissions.set(connection, peer.mayDownloadOn(connection));
    }
    return permissions;
  }

  #tellUploadOnly(connection: Connection, isUploadOnly: boolean): void {
    this.#environment.transport.sendFrom(this).uploadOnly(connection, isUploadOnly);
    this.#environment.recorder?.connected(this, connection);
  }

  /** The other side downloads on a connection from now on, or does not any more. */
  uploadOnly(connection: Connection, isUploadOnly: boolean): void {
    const { endpoints } = this.#environment.transport;
    if (this.peer.announcesOn(connection)) {
      endpoints.removeSubscriber(this.row, connection);
      endpoints.addSubscriber(this.row, connection, !isUploadOnly);
    }
    this.peer.uploadOnly(connection, isUploadOnly);
  }

  needsLeaders(): void {
    this.#environment.needsLeaders(this);
  }

  /** The other side has closed a connection, or has not been heard for too long. */
  closedByOther(connection: Connection): void {
    if (this.#pending?.timedOut.has(connection) === true) return;
    if (this.peer.isOpen(connection)) {
      this.#close(connection);
      this.#environment.transport.sendFrom(this).close(connection);
    }
    this.#environment.connectionOver(this, connection);
  }

  /** Nothing has been heard on a connection for too long, nor has the other side heard from us. */
  timedOut(connection: Connection): void {
    this.#close(connection);
    this.#remember().timedOut.add(connection);
    this.#environment.connectionOver(this, connection, CONNECTION_TIMEOUT_MS);
  }

  /** Nothing refers to a closed connection any more: its number may be used again. */
  releaseNumber(connection: Connection): void {
    this.#pending?.timedOut.delete(connection);
    this.#forgetPending();
    this.peer.releaseNumber(connection);
  }

  /** A peer to which we have opened a connection is not there any more, or behind a NAT. */
  refused(from: PeerId): void {
    if (this.#peer === undefined) return;
    const connection = this.#peer.connectionTo(from);
    if (connection === NO_CONNECTION) return;
    this.#close(connection);
    this.#environment.connectionOver(this, connection);
  }

  /** A connection that we have opened to `remote` has not become one in time. */
  gaveUp(connection: Connection, remote: PeerId): void {
    if (this.#peer?.connectionTo(remote) === connection) this.refused(remote);
  }

  /**
   * Leaves the swarm. Tells the neighbours `noticedAfterMs` later: at once for one who closes its
   * connections, and after their timeout for one who has crashed.
   */
  leave(noticedAfterMs: number): void {
    const { transport } = this.#environment;
    const peer = this.#peer;
    if (peer === undefined) return;
    for (let connection = 0 as Connection; connection < peer.connectionCount; connection++) {
      if (!peer.isOpen(connection)) continue;
      if (!transport.endpoints.isEstablished(this.row, connection)) continue;
      this.#environment.stopSending(this, connection);
      transport.sendLate(this, noticedAfterMs).close(connection);
    }
    peer.leave();
  }

  /** Whether there is room for a connection that another peer has opened. */
  #accepts(from: PeerId): boolean {
    // A leader is there for its AS, however many follow it.
    return this.bound === undefined || this.#isKeptPeer(from) || this.bound.makeRoom();
  }

  #refuse(from: PeerId): void {
    this.#environment.transport.sendToNode(this.id, from, this.subTorrent).refused(this.id);
  }

  // What the bound of connections asks.

  open(to: PeerId, purpose: ConnectionPurpose): void {
    this.#connect(to, purpose);
  }

  close(connection: Connection): void {
    this.#environment.stopSending(this, connection);
    this.#close(connection);
    this.#environment.transport.sendFrom(this).close(connection);
  }

  isEstablished(connection: Connection): boolean {
    return this.#environment.transport.endpoints.isEstablished(this.row, connection);
  }

  isKept(connection: Connection): boolean {
    return this.#isKeptPeer(this.peer.remoteOf(connection));
  }

  /** Whether we follow it, or may lead it: it is in our AS, or in one below. */
  #isKeptPeer(id: PeerId): boolean {
    if (this.peer.leaders.includes(id)) return true;
    const { plan, asId } = this.#environment;
    if (!this.leads && !plan.isCache(this.id)) return false;
    return plan.mayLead(asId, plan.asOf(id));
  }

  /** Whether a peer counts as one of our AS: it is there, or is a leader that we follow. */
  #isInside(id: PeerId): boolean {
    const { plan, asId } = this.#environment;
    return plan.isInside(asId, plan.asOf(id)) || this.peer.leaders.includes(id);
  }

  lookAgain(atMs: number): void {
    this.#environment.lookAtConnections(this, this.bound!, atMs);
  }

  #close(connection: Connection): void {
    const { peer } = this;
    const remote = peer.remoteOf(connection);
    if (peer.leaders.includes(remote)) this.#environment.leaderLost(this, remote);
    if (this.isEstablished(connection)) this.#environment.recorder?.disconnected(this, connection);
    this.#pending?.toldUploadOnly.delete(connection);
    this.bound?.closed(connection, remote);
    peer.disconnect(connection, true);
    this.bound?.lookAgain();
    this.#environment.transport.endpoints.removeSubscriber(this.row, connection);
    this.#environment.connectionClosed(this, connection);
    if (this.#pending === undefined) return;
    this.#pending.leaderStarts = this.#pending.leaderStarts.filter(
      (pending) => pending.connection !== connection,
    );
    this.#forgetPending();
  }

  #remember(): PendingConnections {
    return (this.#pending ??= new PendingConnections());
  }

  #forgetPending(): void {
    if (this.#pending?.isEmpty === true) this.#pending = undefined;
  }

  // What the peer sends and requests.

  get nowMs(): number {
    return this.#environment.nowMs;
  }

  choke(connection: Connection): void {
    this.#environment.transport.choke(this, connection);
    this.#environment.recorder?.unchoked(this, connection, false);
  }

  unchoke(connection: Connection): void {
    this.#environment.transport.unchoke(this, connection);
    this.#environment.recorder?.unchoked(this, connection, true);
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
    this.#environment.pieceStored(this, piece);
    this.#environment.transport.broadcastHave(this, piece);
  }

  request(connection: Connection, block: BlockIndex, count: number): void {
    this.#environment.transport.sendFrom(this).request(connection, block, count);
  }

  leaderStart(connection: Connection, target: PeerId): void {
    if (this.isEstablished(connection)) {
      return this.#environment.transport.sendFrom(this).leaderStart(connection, target);
    }
    this.#remember().leaderStarts.push({ connection, target });
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
    const asId = endpoints.asId(this.row, connection);
    const id = plan.idOfLocalPeer(asId, endpoints.remotePeer(this.row, connection));
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
    // Leaders of an AS below follow us: they have to hear what we store.
    const isLed = plan.mayLead(asId, plan.asOf(target)) || this.peer.leaders.includes(target);
    const purpose = isLed ? 'neighbour' : 'relay';
    // There is always room for a leader.
    const isUrgent = this.bound === undefined || this.peer.leaders.includes(target);
    if (isUrgent) this.#connect(target, purpose);
    else this.bound?.know([target], purpose);
  }

  rechokeSoon(): void {
    this.#environment.rechokeSoon(this);
  }

  completed(): void {
    this.#environment.subTorrentCompleted(this);
  }

  /** Opens our side of a connection, and sends the other side our number for it. */
  #connect(to: PeerId, purpose: ConnectionPurpose, isOutgoing = true): Connection {
    const known = this.peer.connectionTo(to);
    if (known !== NO_CONNECTION) return known;

    const { plan, transport } = this.#environment;
    const remoteAsId = plan.asOf(to);
    const remotePeer = plan.localPeerOf(to, this.subTorrent);
    const latencyMs = plan.latencyMs(this.id, to);
    const connection = this.peer.connect(to, this.#isInside(to), purpose);
    transport.endpoints.open(this.row, connection, remoteAsId, remotePeer, latencyMs);
    this.bound?.opened(connection, isOutgoing);
    const uploadOnly = !this.peer.mayDownloadOn(connection);
    if (uploadOnly) this.#remember().toldUploadOnly.add(connection);
    transport.sendToNode(this.id, to, this.subTorrent).connReq(this.id, connection, uploadOnly);
    return connection;
  }

  /** Sends those whose connection has been established; the others wait again. */
  #sendPendingLeaderStarts(): void {
    const starts = this.#pending?.leaderStarts ?? [];
    if (starts.length > 0) this.#pending!.leaderStarts = [];
    for (const { connection, target } of starts) this.leaderStart(connection, target);
    this.#forgetPending();
  }
}
