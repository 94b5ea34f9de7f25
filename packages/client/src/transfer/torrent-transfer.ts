/**
 * The exchange of one torrent: hosts our peer, the same state machine that the simulator runs, on
 * real connections. Events from the wire go to the peer, and its messages to the wire. The peer
 * decides about whole pieces; the receiver and the sender turn them into blocks.
 *
 *     TcpConnection ── events ──▶ TorrentTransfer ──▶ Peer ──▶ WirePeerHost ──▶ TcpConnection
 *                                  │ blocks   ▲ pieces
 *                                  ▼          │
 *                                 Receiver, Sender ◀──▶ FileStore
 */

import { CLIENT_QUIRKS, Peer, type PeerId, type PieceIndex } from '@cachetorrent/protocol';
import {
  type CacheTorrentMessage,
  type Endpoint,
  METADATA_BLOCK_BYTES,
  type MetadataMessage,
  type SessionEvent,
} from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';

import { PLAIN_PEER, type RoleAssignment } from '../client/role-assignment.ts';
import type { CancelTimer, Clock } from '../clock.ts';
import type { AddressBook } from '../connections/address-book.ts';
import { AddressTrust } from '../connections/address-trust.ts';
import { type RemoteIdentity, RemotePeer } from '../connections/remote-peer.ts';
import { RemotePeers } from '../connections/remote-peers.ts';
import type { TcpConnection } from '../net/tcp-connection.ts';
import { hasValidHash } from '../storage/check-pieces.ts';
import type { FileStore } from '../storage/file-store.ts';
import type { Torrent } from '../torrent/torrent.ts';
import { RateEstimate } from './rate-estimate.ts';
import { ReadCache } from './read-cache.ts';
import { Receiver } from './receiver.ts';
import { RelayTargets } from './relay-targets.ts';
import { RequestTimeouts } from './request-timeouts.ts';
import { Sender } from './sender.ts';
import { TokenBucket } from './token-bucket.ts';
import { closeUnusedSlots } from './unused-slots.ts';
import { WirePeerHost, type WirePeerHostContext } from './wire-peer-host.ts';

/** The options of a `TorrentTransfer`. */
export interface TorrentTransferOptions {
  readonly torrent: Torrent;
  readonly store: FileStore;
  readonly addressBook: AddressBook;
  readonly random: Random;
  readonly clock: Clock;
  /** The numbers of connections that are unchoked for their rate, and optimistically. */
  readonly uploadSlots: number;
  readonly optimisticSlots: number;
  /** The upload limit; Infinity for none. */
  readonly uploadBytesPerS: number;
  /** Our peer needs a connection to `endpoint`. */
  readonly connectTo: (endpoint: Endpoint) => void;
  readonly onCompleted: () => void;
  /** The download cannot continue. */
  readonly onFailure: (error: Error) => void;
  /** Receives sentences for the user. */
  readonly onWarning: (warning: string) => void;
}

const RECHOKE_INTERVAL_MS = 10_000;
/** The least time between two rechokes that the same remote peer causes. */
const EARLY_RECHOKE_MS = 500;
/** The time until the next attempt to send when the upload limit is reached. */
const LIMIT_REACHED_MS = 20;
const DISK_IS_SLOW = 'disk';

/** The exchange of one torrent with all connected peers. */
export class TorrentTransfer implements WirePeerHostContext {
  readonly remotes: RemotePeers = new RemotePeers();
  readonly trusts: AddressTrust = new AddressTrust();
  readonly receiver: Receiver<RemotePeer>;
  readonly sender: Sender;
  readonly relayTargets: RelayTargets<RemotePeer>;
  readonly #options: TorrentTransferOptions;
  readonly #clock: Clock;
  readonly #host: WirePeerHost;
  readonly #timeouts = new RequestTimeouts<RemotePeer>();
  #role: RoleAssignment = PLAIN_PEER;
  #peer: Peer;
  #rechokedAtMs = -Infinity;
  #isSendingPending = false;
  #isCompletionReported: boolean;
  #cancelSendTimer: CancelTimer | undefined;
  /** The bytes of blocks received so far. */
  receivedBytes = 0;
  /** How many of them came from other autonomous systems. */
  importedBytes = 0;

  /** `pieces` are the pieces that are on the disk. */
  constructor(options: TorrentTransferOptions, pieces: readonly number[]) {
    const { torrent, store, clock, uploadBytesPerS } = options;
    const { layout } = torrent;
    this.#options = options;
    this.#clock = clock;
    this.relayTargets = new RelayTargets(options.addressBook, (id) => this.remoteOf(id));
    const cache = new ReadCache({
      read: (piece, begin, into) => store.readInto(piece, begin, into),
      onRead: (piece, isRead) => {
        if (!isRead) this.#rejectUnreadable(piece);
        this.sendPending();
      },
    });
    this.sender = new Sender({
      layout,
      cache,
      clock,
      tokenBucket: new TokenBucket(uploadBytesPerS, clock.nowMs()),
      onLimitReached: () => {
        this.#cancelSendTimer ??= clock.after(LIMIT_REACHED_MS, () => {
          this.#cancelSendTimer = undefined;
          this.sendPending();
        });
      },
    });
    this.receiver = new Receiver<RemotePeer>({
      layout,
      hasValidHash: (piece, bytes) => hasValidHash(torrent, piece, bytes),
      write: (piece, bytes) => store.writePiece(piece, bytes),
      onStored: (piece, source) => this.#handleStored(piece as PieceIndex, source),
      onHashFailure: (piece, source, sources) =>
        this.#handleHashFailure(piece as PieceIndex, source, sources),
      onWriteFailure: options.onFailure,
      onBackpressure: (isSlow) => this.#handleBackpressure(isSlow),
    });
    this.#host = new WirePeerHost(this);
    this.#peer = this.#createPeer(pieces as readonly PieceIndex[]);
    this.#isCompletionReported = this.#peer.isComplete;
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  get peer(): Peer {
    return this.#peer;
  }

  get addressBook(): AddressBook {
    return this.#options.addressBook;
  }

  get role(): RoleAssignment {
    return this.#role;
  }

  /** Returns the connected peer with this id; undefined if there is none. */
  remoteOf(id: PeerId): RemotePeer | undefined {
    return this.remotes.byConnection(this.#peer.connectionTo(id));
  }

  /** Adds a connection whose other side is identified. */
  addRemote(tcp: TcpConnection, identity: RemoteIdentity): void {
    const remote = new RemotePeer(tcp, identity, this.trusts.of(tcp.host), this.nowMs);
    this.remotes.add(remote);
    this.relayTargets.connected(remote.id);
    this.#connect(remote);
    this.sendPending();
  }

  /** Removes a closed connection. */
  removeRemote(remote: RemotePeer): void {
    this.remotes.remove(remote);
    this.relayTargets.closed(remote);
    this.#timeouts.remove(remote);
    this.sender.stop(remote);
    this.receiver.dropAll(remote);
    this.#peer.disconnect(remote.connection);
    this.sendPending();
  }

  /**
   * Changes our role. The connections stay open; our peer is replaced by a new one, to which the
   * state of each connection is replayed.
   */
  assignRole(role: RoleAssignment): void {
    const remotes = [...this.remotes];
    for (const remote of remotes) this.#resetWireState(remote);
    for (const remote of remotes) this.relayTargets.closed(remote);
    const pieces = this.#heldPieces();
    this.#role = role;
    this.remotes.clearConnections();
    this.#peer = this.#createPeer(pieces);
    for (const remote of remotes) this.#connect(remote);
    for (const remote of remotes) this.#replayState(remote);
    this.#peer.rechoke();
    this.sendPending();
  }

  /** Handles the timeouts. Call it about twice a second. */
  tick(nowMs: number): void {
    if (nowMs >= this.#rechokedAtMs + RECHOKE_INTERVAL_MS) {
      this.#rechokedAtMs = nowMs;
      this.#peer.rechoke();
    }
    this.#handleRequestTimeouts(nowMs);
    closeUnusedSlots(this.remotes, nowMs);
    const { pieceBytes } = this.#options.torrent.layout;
    for (const { connection, downloadRate, receivedBytes } of this.remotes) {
      downloadRate.sample(receivedBytes, nowMs);
      this.#peer.setBacklog(connection, downloadRate.backlog(pieceBytes));
    }
    this.sendPending();
  }

  stop(): void {
    this.#cancelSendTimer?.();
  }

  /** Does what our peer's last calls require, and sends what can be sent now. */
  sendPending(): void {
    if (this.#isSendingPending) return;
    this.#isSendingPending = true;
    const { newPieces, connectTargets } = this.#host;
    for (const piece of newPieces.splice(0)) {
      for (const { connection, incoming } of this.remotes) {
        if (incoming.has(piece)) this.#peer.request(connection, piece);
      }
    }
    for (const target of connectTargets.splice(0)) {
      const endpoint = this.addressBook.endpointOf(target);
      if (endpoint !== undefined) this.#options.connectTo(endpoint);
    }
    this.sender.sendBlocks(this.#peer);
    for (const { outgoing, isSnubbingUs, tcp } of this.remotes) {
      if (tcp.session.isClosed) continue;
      if (!isSnubbingUs) outgoing.send(tcp.writer);
      tcp.flush();
    }
    this.#isSendingPending = false;
    this.#reportCompletion();
  }

  /** Handles an event of a connection. */
  handleEvent(remote: RemotePeer, event: SessionEvent): void {
    const { connection, incoming, outgoing } = remote;
    switch (event.type) {
      case 'choke':
        this.receiver.dropAll(remote);
        return this.#peer.choke(connection);
      case 'unchoke':
        remote.isSnubbingUs = false;
        return this.#peer.unchoke(connection);
      case 'interested':
        this.#peer.interested(connection);
        return this.#rechokeEarly(remote);
      case 'not-interested':
        return this.#peer.notInterested(connection);
      case 'have':
        remote.relayedPieces.delete(event.piece);
        this.#peer.have(connection, event.piece as PieceIndex);
        return this.#closeIfRedundant(remote);
      case 'bitfield':
        this.#handleBitfield(remote, event.bits);
        return this.#closeIfRedundant(remote);
      case 'dont-have':
        outgoing.cancel(event.piece, remote.tcp.writer);
        this.receiver.drop(remote, event.piece);
        return this.#peer.dontHave(connection, event.piece as PieceIndex);
      case 'request':
        incoming.add(event.piece, { begin: event.begin, length: event.length });
        return this.#peer.request(connection, event.piece as PieceIndex);
      case 'cancel':
        return incoming.cancel(event.piece, { begin: event.begin, length: event.length });
      case 'piece':
        return this.#handleBlock(remote, event);
      case 'reject':
        if (outgoing.has(event.piece)) this.#retryLater(remote, event.piece as PieceIndex);
        return;
      case 'cachetorrent':
        return this.#handleCacheTorrent(remote, event.message);
      case 'metadata':
        return this.#handleMetadata(remote, event.message);
      default:
        // Events that the peer ignores: suggestions, allowed fast pieces, ports, violations.
        return;
    }
  }

  #handleBitfield({ connection, tcp }: RemotePeer, bits: Uint8Array): void {
    const { pieceCount } = tcp.state.layout;
    for (let piece = 0; piece < pieceCount; piece++) {
      if ((bits[piece >> 3]! & (0x80 >> (piece & 7))) === 0) continue;
      this.#peer.have(connection, piece as PieceIndex);
    }
  }

  #handleBlock(
    remote: RemotePeer,
    { piece, begin, block }: Extract<SessionEvent, { type: 'piece' }>,
  ): void {
    remote.lastBlockMs = remote.lastUsedMs = this.nowMs;
    remote.receivedBytes += block.length;
    this.receivedBytes += block.length;
    const { role, asn } = this.#role;
    if (role !== 'peer' && remote.asn !== asn) this.importedBytes += block.length;
    this.receiver.addBlock(remote, piece, begin, block);
    this.#stopSnubbing(remote);
  }

  #handleCacheTorrent(remote: RemotePeer, message: CacheTorrentMessage): void {
    if (message.name === 'ct_leader_start') {
      // A leader relays for followers of its own AS only.
      const { role, asn } = this.#role;
      if (role !== 'leader' || remote.asn !== asn) return;
      const target = this.relayTargets.add(remote, message.target);
      if (target !== undefined) this.#peer.leaderStart(remote.connection, target);
    } else if (message.name === 'ct_have') {
      remote.relayedPieces.add(message.piece);
      this.#peer.have(remote.connection, message.piece as PieceIndex);
    }
  }

  /** Sends a block of the info dictionary (BEP 9). */
  #handleMetadata({ tcp }: RemotePeer, message: MetadataMessage): void {
    if (message.kind !== 'request') return;
    const { block } = message;
    const { info } = this.#options.torrent;
    if (tcp.isCongested) return void tcp.writer.metadata({ kind: 'reject', block });
    const begin = block * METADATA_BLOCK_BYTES;
    const bytes = info.subarray(begin, begin + METADATA_BLOCK_BYTES);
    tcp.writer.metadata({ kind: 'data', block, totalBytes: info.length, bytes });
  }

  /** Rechokes early if slots are free, but not whenever the interest of the peer changes. */
  #rechokeEarly(remote: RemotePeer): void {
    const { uploadSlots, optimisticSlots } = this.#options;
    if (this.nowMs < remote.lastRechokeMs + EARLY_RECHOKE_MS) return;
    if (this.remotes.unchokedCount >= uploadSlots + optimisticSlots) return;
    remote.lastRechokeMs = this.nowMs;
    this.#peer.rechoke();
  }

  /** Closes a connection between two peers that both hold the whole file. */
  #closeIfRedundant({ tcp }: RemotePeer): void {
    const { peerPieces, layout } = tcp.state;
    const isSeed = peerPieces.count === layout.pieceCount;
    if (isSeed && this.#peer.isComplete) tcp.close('redundant');
  }

  #handleRequestTimeouts(nowMs: number): void {
    for (const { remote, piece } of this.#timeouts.takeDueRetries(nowMs)) {
      this.#peer.have(remote.connection, piece as PieceIndex);
    }
    for (const remote of this.remotes) {
      if (this.#timeouts.stopsSnubbing(remote, nowMs)) {
        this.#stopSnubbing(remote);
      } else if (this.#timeouts.startsSnubbing(remote, nowMs)) {
        remote.isSnubbingUs = true;
        this.#cancelRequests(remote);
        this.#options.onWarning(`${remote.tcp.host} has left requests unanswered for 30 s`);
      }
    }
  }

  /** Sends requests again to a peer that was snubbing us. */
  #stopSnubbing(remote: RemotePeer): void {
    if (!remote.isSnubbingUs) return;
    remote.isSnubbingUs = false;
    if (!remote.tcp.state.peerChoking) this.#peer.unchoke(remote.connection);
  }

  /** Cancels the requests for `piece`: it is requested from others, and here again later. */
  #retryLater(remote: RemotePeer, piece: PieceIndex): void {
    remote.outgoing.cancel(piece, remote.tcp.writer);
    this.receiver.drop(remote, piece);
    this.#peer.dontHave(remote.connection, piece);
    this.#timeouts.scheduleRetry(remote, piece, this.nowMs);
  }

  #cancelRequests(remote: RemotePeer): void {
    for (const piece of remote.outgoing.pieces) {
      remote.outgoing.cancel(piece, remote.tcp.writer);
      this.receiver.drop(remote, piece);
    }
    this.#peer.choke(remote.connection);
  }

  #handleStored(piece: PieceIndex, source: RemotePeer | undefined): void {
    if (source !== undefined && this.remotes.byTcp(source.tcp) === source) {
      this.#peer.piece(source.connection, piece);
    } else {
      this.#peer.restore([piece]);
    }
    this.sendPending();
  }

  /** Requests the piece again, and closes the connections to peers with too many hash failures. */
  #handleHashFailure(
    piece: PieceIndex,
    source: RemotePeer | undefined,
    sources: ReadonlySet<RemotePeer>,
  ): void {
    const hosts = [...sources].map(({ tcp }) => tcp.host).join(', ');
    this.#options.onWarning(`piece ${piece} from ${hosts} fails its hash: requesting it again`);
    if (source !== undefined && this.remotes.byTcp(source.tcp) === source) {
      this.#retryLater(source, piece);
    }
    for (const { trust, tcp } of sources) {
      if (trust.isBad) tcp.close('bad-pieces', 'too many of its pieces fail their hash');
    }
  }

  /** Rejects the requests for a piece that cannot be read. */
  #rejectUnreadable(piece: number): void {
    this.#options.onWarning(`piece ${piece} can no longer be read`);
    for (const { incoming, tcp } of this.remotes) {
      for (const { begin, length } of incoming.takeAll(piece)) {
        tcp.writer.reject(piece, begin, length);
      }
    }
  }

  /** Reads nothing from the connections while the disk is too slow. */
  #handleBackpressure(isSlow: boolean): void {
    for (const { tcp } of this.remotes) {
      if (isSlow) tcp.pause(DISK_IS_SLOW);
      else tcp.resume(DISK_IS_SLOW);
    }
  }

  #reportCompletion(): void {
    if (this.#isCompletionReported || !this.#peer.isComplete) return;
    this.#isCompletionReported = true;
    this.#options.onCompleted();
    for (const remote of this.remotes) this.#closeIfRedundant(remote);
  }

  #createPeer(pieces: readonly PieceIndex[]): Peer {
    const { torrent, uploadSlots, optimisticSlots, random } = this.#options;
    const { role, leaders } = this.#role;
    const peer = new Peer(this.#host, {
      pieceCount: torrent.layout.pieceCount,
      uploadSlots,
      optimisticSlots,
      backlog: new RateEstimate(0).backlog(torrent.layout.pieceBytes),
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      quirks: CLIENT_QUIRKS,
      requestPriority: 'within-rarity',
      role,
      leaders,
      random,
      connectionsExpected: 64,
    });
    this.#host.isRestoring = true;
    peer.restore(pieces);
    this.#host.isRestoring = false;
    return peer;
  }

  /** Adds a connection to our peer, and sends our bitfield if that was not done before. */
  #connect(remote: RemotePeer): void {
    const { role, asn } = this.#role;
    const intraAs = role === 'peer' || (remote.asn !== undefined && remote.asn === asn);
    const purpose = remote.isRelay ? 'relay' : 'neighbour';
    this.remotes.setConnection(remote, this.#peer.connect(remote.id, intraAs, purpose));
    if (!remote.hasSentBitfield) {
      remote.hasSentBitfield = true;
      const isAnnounced = this.#peer.announcesOn(remote.connection);
      remote.tcp.writer.heldPieces(this.#bitfieldOf(isAnnounced ? this.#heldPieces() : []));
    }
    this.#peer.established(remote.connection, intraAs);
  }

  /** Undoes on the wire what our peer has sent, before another peer replaces it. */
  #resetWireState(remote: RemotePeer): void {
    const { state, writer } = remote.tcp;
    this.#cancelRequests(remote);
    this.sender.stop(remote);
    remote.incoming.clear();
    if (!state.amChoking) writer.choke();
    if (state.amInterested) writer.notInterested();
  }

  /** Replays the state of a connection to a peer that is newer than the connection. */
  #replayState({ connection, relayedPieces, tcp }: RemotePeer): void {
    const { peerPieces, peerChoking, peerInterested } = tcp.state;
    for (let piece = 0; piece < peerPieces.pieceCount; piece++) {
      if (peerPieces.has(piece)) this.#peer.have(connection, piece as PieceIndex);
    }
    for (const piece of relayedPieces) this.#peer.have(connection, piece as PieceIndex);
    if (!peerChoking) this.#peer.unchoke(connection);
    if (peerInterested) this.#peer.interested(connection);
  }

  #heldPieces(): PieceIndex[] {
    const { pieceCount } = this.#options.torrent.layout;
    const all = Array.from({ length: pieceCount }, (_, piece) => piece as PieceIndex);
    return all.filter((piece) => this.#peer.hasPiece(piece));
  }

  #bitfieldOf(pieces: readonly PieceIndex[]): Uint8Array {
    const bits = new Uint8Array(Math.ceil(this.#options.torrent.layout.pieceCount / 8));
    for (const piece of pieces) bits[piece >> 3]! |= 0x80 >> (piece & 7);
    return bits;
  }
}
