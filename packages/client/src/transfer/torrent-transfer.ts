/**
 * The exchange of one torrent: hosts our peer, the same state machine that the simulator runs, on
 * real connections. Events from the wire go to the peer, and its messages to the wire. The peer
 * decides which blocks are requested and sent; the receiver and the sender move their bytes.
 *
 *     TcpConnection ── events ──▶ TorrentTransfer ──▶ Peer ──▶ WirePeerHost ──▶ TcpConnection
 *                                  │ bytes    ▲ pieces
 *                                  ▼          │
 *                                 Receiver, Sender ◀──▶ FileStore
 */

import {
  type BlockIndex,
  type BlockLayout,
  CLIENT_QUIRKS,
  Peer,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';
import {
  type BlockRange,
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
import { CLIENT_OPTIONS } from './client-options.ts';
import { blockAt, blockLayoutOf } from './block-bytes.ts';
import { PieceFaults } from './piece-faults.ts';
import { ReadCache } from './read-cache.ts';
import { Receiver } from './receiver.ts';
import { RelayTargets } from './relay-targets.ts';
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
  /** Our peer needs a connection to `endpoint`; `isUrgent` if a leader of ours listens there. */
  readonly connectTo: (endpoint: Endpoint, isUrgent: boolean) => void;
  /** Our peer needs to know who leads: see `PeerHost.needsLeaders`. */
  readonly needsLeaders: () => void;
  readonly onCompleted: () => void;
  /** The download cannot continue. */
  readonly onFailure: (error: Error) => void;
  /** Receives sentences for the user. */
  readonly onWarning: (warning: string) => void;
}

/** The time between two rounds of the choker. */
export const RECHOKE_INTERVAL_MS = 10_000;
/** Once a slot has become free, the choker runs this long after its last run, or now. */
const FREE_SLOT_MS = 1_000;
/** What a follower keeps requested from its leader. */
const LEADER_BACKLOG_BYTES = 2 ** 20;
/** The least time until the next attempt to send when the upload limit is reached. */
const LIMIT_REACHED_MS = 20;
const DISK_IS_SLOW = 'disk';

/** The number of pieces that a follower keeps requested from its leader. */
export function leaderBacklog(pieceBytes: number): number {
  return Math.max(2, Math.ceil(LEADER_BACKLOG_BYTES / pieceBytes));
}

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
  readonly #faults: PieceFaults;
  readonly #blocks: BlockLayout;
  #role: RoleAssignment = PLAIN_PEER;
  readonly #peer: Peer;
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
    this.#blocks = blockLayoutOf(layout);
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
      onLimitReached: (waitMs) => {
        this.#cancelSendTimer ??= clock.after(Math.max(LIMIT_REACHED_MS, waitMs), () => {
          this.#cancelSendTimer = undefined;
          this.sendPending();
        });
      },
    });
    this.receiver = new Receiver<RemotePeer>({
      layout,
      hasValidHash: (piece, bytes) => hasValidHash(torrent, piece, bytes),
      write: (piece, bytes) => store.writePiece(piece, bytes),
      onStored: (piece) => this.#handleStored(piece as PieceIndex),
      onHashFailure: (piece, sources) => this.#faults.fail(piece as PieceIndex, sources),
      onTrustLost: (source) => this.#faults.loseTrust(source),
      onWriteFailure: options.onFailure,
      onBackpressure: (isSlow) => this.#handleBackpressure(isSlow),
    });
    this.#faults = new PieceFaults(this, layout, options.onWarning);
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

  /** Our peer needs to know who leads. */
  needsLeaders(): void {
    this.#options.needsLeaders();
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
    this.sender.stop(remote);
    this.#peer.disconnect(remote.connection);
    this.#faults.leave(remote);
    this.sendPending();
  }

  /** Takes a role, or other leaders. The connections, and what is requested in our AS, stay. */
  assignRole(next: RoleAssignment): void {
    const before = this.#role;
    this.#role = next;
    if (next.role === before.role && next.asn === before.asn) {
      this.#peer.setLeaders(next.leaders);
    } else {
      const permitted = this.#peer.setRole(next.role, next.leaders, (connection) =>
        this.#isIntraAs(this.remotes.byConnection(connection)!),
      );
      for (const connection of permitted) {
        this.#reportHeld(this.remotes.byConnection(connection)!);
      }
    }
    const isFollowed = next.role === 'leader' || before.role === next.role;
    if (!isFollowed) for (const remote of this.remotes) this.relayTargets.closed(remote);
    this.sendPending();
  }

  /** A connection to this peer, which our peer has asked for, cannot be made. */
  unreachable(id: PeerId): void {
    this.#peer.unreachable(id);
    this.sendPending();
  }

  /** Whether both sides of a connection hold the whole file, so that it is of no use. */
  isRedundant({ tcp }: RemotePeer): boolean {
    const { peerPieces, layout } = tcp.state;
    return this.#peer.isComplete && peerPieces.count === layout.pieceCount;
  }

  /** Handles the timeouts. Call it about twice a second. */
  tick(nowMs: number): void {
    const intervalMs = this.#host.hasFreeSlot ? FREE_SLOT_MS : RECHOKE_INTERVAL_MS;
    if (nowMs >= this.#rechokedAtMs + intervalMs) {
      this.#rechokedAtMs = nowMs;
      this.#host.hasFreeSlot = false;
      this.#peer.rechoke();
      this.#warnOfSnubbing();
      if (this.#peer.isLetDown()) {
        this.assignRole({ role: 'leader', leaders: [], asn: this.#role.asn });
      }
    }
    this.#faults.tick();
    closeUnusedSlots(this.remotes, nowMs);
    for (const { connection, downloadRate, receivedBytes } of this.remotes) {
      downloadRate.sample(receivedBytes, nowMs);
      this.#peer.arriving(connection, 0, downloadRate.kbps);
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
        for (const { begin } of incoming.of(piece)) {
          this.#peer.request(connection, this.#blockAt(piece, begin), 1);
        }
      }
    }
    for (const target of connectTargets.splice(0)) {
      const endpoint = this.addressBook.endpointOf(target);
      const isUrgent = this.#role.leaders.includes(target);
      if (endpoint !== undefined) this.#options.connectTo(endpoint, isUrgent);
    }
    this.sender.sendBlocks(this.#peer);
    for (const { outgoing, tcp } of this.remotes) {
      if (tcp.session.isClosed) continue;
      outgoing.send(tcp.writer);
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
        outgoing.choke(remote.tcp.writer);
        this.#peer.choke(connection);
        return this.#faults.choke(remote);
      case 'unchoke':
        return this.#peer.unchoke(connection);
      case 'interested':
        return this.#peer.interested(connection);
      case 'not-interested':
        return this.#peer.notInterested(connection);
      case 'have':
        remote.relayedPieces.delete(event.piece);
        this.#peer.have(connection, event.piece as PieceIndex);
        return this.#closeIfRedundant(remote);
      case 'bitfield':
        this.#handleBitfield(remote, event.bits);
        return this.#closeIfRedundant(remote);
      case 'allowed-fast':
        return this.#peer.allowedFast(connection, event.piece as PieceIndex);
      case 'dont-have':
        outgoing.cancelPiece(event.piece, remote.tcp.writer);
        return this.#peer.dontHave(connection, event.piece as PieceIndex);
      case 'request':
        incoming.add(event.piece, { begin: event.begin, length: event.length });
        return this.#peer.request(connection, this.#blockAt(event.piece, event.begin), 1);
      case 'cancel':
        return this.#handleCancel(remote, event);
      case 'piece':
        return this.#handleBlock(remote, event);
      case 'reject':
        return this.#faults.reject(remote, event);
      case 'cachetorrent':
        return this.#handleCacheTorrent(remote, event.message);
      case 'metadata':
        return this.#handleMetadata(remote, event.message);
      default:
        // Events that the peer ignores: suggestions, ports, violations.
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
    { piece, begin, block: bytes }: Extract<SessionEvent, { type: 'piece' }>,
  ): void {
    remote.lastUsedMs = this.nowMs;
    remote.lastReceivedMs = this.nowMs;
    remote.receivedBytes += bytes.length;
    this.receivedBytes += bytes.length;
    const { role, asn } = this.#role;
    if (role !== 'peer' && remote.asn !== asn) this.importedBytes += bytes.length;
    const block = this.#blockAt(piece, begin);
    remote.outgoing.received(block);
    const isStored = this.#peer.hasPiece(piece as PieceIndex);
    if (isStored) this.receiver.wastedBytes += bytes.length;
    const isNew = !isStored && this.receiver.addBlock(remote, piece, begin, bytes);
    this.#peer.piece(remote.connection, block, 1);
    if (isNew && this.#peer.isReceived(piece as PieceIndex)) this.receiver.complete(piece);
  }

  #handleCancel({ connection, incoming }: RemotePeer, { piece, begin, length }: BlockRange): void {
    incoming.remove(piece, { begin, length });
    const block = this.#blockAt(piece, begin);
    const isRequested = incoming
      .of(piece)
      .some((range) => this.#blockAt(piece, range.begin) === block);
    if (!isRequested) this.#peer.cancel(connection, block, 1);
  }

  #handleCacheTorrent(remote: RemotePeer, message: CacheTorrentMessage): void {
    if (message.name === 'ct_leader_start') {
      // Only peers of our own AS follow us, perhaps before we know that we lead.
      const { role, asn } = this.#role;
      if (role === 'peer' || remote.asn !== asn) return;
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

  #closeIfRedundant(remote: RemotePeer): void {
    if (this.isRedundant(remote)) remote.tcp.close('redundant');
  }

  #warnOfSnubbing(): void {
    for (const remote of this.remotes) {
      const isSnubbing = this.#peer.isSnubbing(remote.connection);
      if (isSnubbing && !remote.isSnubbingUs) {
        const seconds = CLIENT_OPTIONS.requestTimeoutMs / 1_000;
        this.#options.onWarning(`${remote.tcp.host} has left requests unanswered for ${seconds} s`);
      }
      remote.isSnubbingUs = isSnubbing;
    }
  }

  #handleStored(piece: PieceIndex): void {
    this.#peer.verified(piece);
    this.sendPending();
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
      layout: this.#blocks,
      client: CLIENT_OPTIONS,
      uploadSlots,
      optimisticSlots,
      backlog: leaderBacklog(torrent.layout.pieceBytes),
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      hostVerifies: true,
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

  /** Adds a connection to our peer, and sends our bitfield. */
  #connect(remote: RemotePeer): void {
    const intraAs = this.#isIntraAs(remote);
    const purpose = remote.isRelay ? 'relay' : 'neighbour';
    this.remotes.setConnection(remote, this.#peer.connect(remote.id, intraAs, purpose));
    const isAnnounced = this.#peer.announcesOn(remote.connection);
    remote.tcp.writer.heldPieces(this.#bitfieldOf(isAnnounced ? this.#heldPieces() : []));
    this.#peer.established(remote.connection, intraAs);
  }

  #isIntraAs({ asn }: RemotePeer): boolean {
    return this.#role.role === 'peer' || (asn !== undefined && asn === this.#role.asn);
  }

  /** Tells our peer what the other side holds: it may download there from now on. */
  #reportHeld({ connection, relayedPieces, tcp }: RemotePeer): void {
    const { peerPieces, allowedFastByPeer } = tcp.state;
    for (let piece = 0; piece < peerPieces.pieceCount; piece++) {
      if (peerPieces.has(piece)) this.#peer.have(connection, piece as PieceIndex);
    }
    for (const piece of relayedPieces) this.#peer.have(connection, piece as PieceIndex);
    for (const piece of allowedFastByPeer) this.#peer.allowedFast(connection, piece as PieceIndex);
  }

  /** The block that contains byte `begin` of a piece. */
  #blockAt(piece: number, begin: number): BlockIndex {
    return blockAt(this.#options.torrent.layout, piece, begin);
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
