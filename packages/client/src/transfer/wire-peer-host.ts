/**
 * Hosts our peer on wire connections: writes its messages. The peer must not be called back from
 * within its own calls, so what needs a call back is recorded here, and `TorrentTransfer` does it
 * in `sendPending`.
 */

import {
  type BlockIndex,
  type Connection,
  type Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';

import type { AddressBook } from '../connections/address-book.ts';
import type { RemotePeer } from '../connections/remote-peer.ts';
import type { RemotePeers } from '../connections/remote-peers.ts';
import type { Sender } from './sender.ts';

/** What the host needs to know. */
export interface WirePeerHostContext {
  readonly nowMs: number;
  readonly peer: Peer;
  readonly remotes: RemotePeers;
  readonly addressBook: AddressBook;
  readonly sender: Sender;
  /** Asks the tracker who leads. */
  needsLeaders(): void;
}

/** Hosts our peer on wire connections. */
export class WirePeerHost implements PeerHost {
  readonly #context: WirePeerHostContext;
  /** New pieces. A leader may have received requests for them before it had them. */
  newPieces: PieceIndex[] = [];
  /** The peers to connect to. */
  connectTargets: PeerId[] = [];
  /** Whether an upload slot has become free since the last rechoke. */
  hasFreeSlot = false;
  /** While true no `have` is sent: the peer only restores the pieces that it held before. */
  isRestoring = false;

  constructor(context: WirePeerHostContext) {
    this.#context = context;
  }

  get nowMs(): number {
    return this.#context.nowMs;
  }

  choke(connection: Connection): void {
    const { incoming, tcp } = this.#remoteOn(connection);
    incoming.keep((piece) => tcp.state.allowedFastByUs.has(piece));
    tcp.writer.choke();
  }

  unchoke(connection: Connection): void {
    const remote = this.#remoteOn(connection);
    remote.unchokedMs = this.nowMs;
    remote.tcp.writer.unchoke();
  }

  interested(connection: Connection): void {
    this.#remoteOn(connection).tcp.writer.interested();
  }

  notInterested(connection: Connection): void {
    this.#remoteOn(connection).tcp.writer.notInterested();
  }

  /** A leader announces a piece that it can get but does not hold as `ct_have`, if supported. */
  have(connection: Connection, piece: PieceIndex): void {
    const { tcp } = this.#remoteOn(connection);
    if (!this.#context.peer.hasPiece(piece)) tcp.writer.relayedHave(piece);
    else if (!tcp.state.ownPieces.has(piece)) tcp.writer.have(piece);
  }

  /** Does nothing: `TorrentTransfer` sends the bitfield. */
  bitfield(): void {}

  broadcastHave(piece: PieceIndex): void {
    if (this.isRestoring) return;
    this.newPieces.push(piece);
    for (const { connection } of this.#context.remotes) {
      if (this.#context.peer.announcesOn(connection)) this.have(connection, piece);
    }
  }

  request(connection: Connection, block: BlockIndex, count: number): void {
    this.#remoteOn(connection).outgoing.add(block, count);
  }

  leaderStart(connection: Connection, target: PeerId): void {
    const endpoint = this.#context.addressBook.endpointOf(target);
    if (endpoint === undefined) return;
    const { writer } = this.#remoteOn(connection).tcp;
    writer.cacheTorrent({ name: 'ct_leader_start', target: endpoint });
  }

  startSending(connection: Connection): void {
    this.#context.sender.start(this.#remoteOn(connection));
  }

  cancel(connection: Connection, block: BlockIndex, count: number): void {
    const { outgoing, tcp } = this.#remoteOn(connection);
    outgoing.cancel(block, count, tcp.writer);
  }

  allowedFast(connection: Connection, piece: PieceIndex): void {
    const { tcp } = this.#remoteOn(connection);
    if (!tcp.state.peerPieces.has(piece)) tcp.writer.allowedFast(piece);
  }

  allowedFastSet(connection: Connection, count: number): readonly PieceIndex[] {
    return this.#remoteOn(connection).allowedFastSet(count);
  }

  isRelayed(connection: Connection, piece: PieceIndex): boolean {
    return this.#remoteOn(connection).relayedPieces.has(piece);
  }

  /** A block is given to the socket as a whole. */
  blocksBegun(): number {
    return 0;
  }

  shortenSending(): void {}

  rechokeSoon(): void {
    this.hasFreeSlot = true;
  }

  stopSending(connection: Connection): number {
    this.#context.sender.stop(this.#remoteOn(connection));
    return 0;
  }

  needsLeaders(): void {
    this.#context.needsLeaders();
  }

  connectTo(target: PeerId): void {
    this.connectTargets.push(target);
  }

  /** Does nothing: `TorrentTransfer` detects the completion in `sendPending`. */
  completed(): void {}

  #remoteOn(connection: Connection): RemotePeer {
    return this.#context.remotes.byConnection(connection)!;
  }
}
