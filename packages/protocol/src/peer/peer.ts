/**
 * A BitTorrent or CacheTorrent peer without IO: events go in as method calls, actions come out as
 * calls to its host. It has no clock, threads or sockets, and its only randomness is a stream that
 * it is given. The same peer therefore runs in the simulator, over TCP, in a browser and in a test.
 *
 *     host ── have, request, piece, choke … ────▶ Peer ──▶ Download ─ PiecePicker
 *          ◀── have, request, choke, connectTo … ──     ├──▶ Upload ─── Choker
 *                                                       └──▶ Leader or Follower
 *
 * Plain peers, leaders and followers are one class: they differ in a table (`roles.ts`), and a
 * leader and a follower have a part of their own. Clients and the original simulator differ in
 * `rules/`. Source: BEP 3; docs/protocol.md.
 */

import { AllowedFast } from './allowed-fast.ts';
import { unionOf } from '../tables/bitfield.ts';
import { ConnectionTable } from '../tables/connections.ts';
import { Download } from './download.ts';
import {
  AM_CHOKING,
  AM_INTERESTED,
  ANNOUNCES,
  MAY_DOWNLOAD,
  PEER_CHOKING,
  PEER_INTERESTED,
} from '../tables/connection-flags.ts';
import type { PeerHost } from './host.ts';
import { type BlockIndex, type Connection, type PeerId, type PieceIndex, pieceOf } from '../ids.ts';
import { Leadership } from './leadership.ts';
import type { PeerMessages } from '../messages/messages.ts';
import type { PeerComponents } from './components.ts';
import type { PeerOptions } from './options.ts';
import { type HaveOutcome, NO_ACTION, PeerTables } from '../tables/peer-tables.ts';
import { PartialPieces } from '../tables/partial-pieces.ts';
import { PiecePicker } from './piece-picker.ts';
import { RoleParts } from './role-parts.ts';
import { type ConnectionPurpose, permissionsOf, type Role } from './roles.ts';
import { settingsOf } from './settings.ts';
import { SuperSeeding } from './super-seeding.ts';
import { Upload } from './upload.ts';

/** The state of a connection: who is interested, and what the other side is like. */
export interface ConnectionState {
  /** We are interested in the other side. */
  readonly amInterested: boolean;
  /** The other side is interested in us. */
  readonly peerInterested: boolean;
  /** The other side is choking us. */
  readonly isChokingUs: boolean;
  /** The other side has announced all pieces, as far as we have recorded what it announced. */
  readonly isSeed: boolean;
}

/** A BitTorrent or CacheTorrent peer without IO. `createPeer` makes one with default options. */
export class Peer implements PeerMessages {
  readonly #download: Download;
  readonly #upload: Upload;
  readonly #parts: RoleParts;
  /** Undefined unless the peer is a super-seed. */
  #superSeeding: SuperSeeding | undefined;
  /** The pieces that it announces from the start although it may lack them. */
  readonly #claims: Uint32Array | undefined;
  readonly #peer: PeerComponents;

  constructor(host: PeerHost, options: PeerOptions) {
    const { connectionsExpected, random, requestPriority } = options;
    const settings = settingsOf(options);
    const { layout, client, quirks, slots } = settings;
    const { pieceCount } = layout;
    const memory = options.memory ?? {
      tables: new PeerTables(pieceCount, 1, connectionsExpected),
      row: 0,
    };
    const connections = new ConnectionTable(memory, connectionsExpected);
    const partial = quirks.wholePieces
      ? undefined
      : new PartialPieces(layout, memory.tables.partialPieces(layout), memory.row);
    const picker = new PiecePicker(pieceCount, random, requestPriority, memory, partial, client);
    let allowedFast: AllowedFast | undefined;
    // Pieces that are moved whole need an upload slot.
    if (partial !== undefined && client.allowedFastPieces > 0) {
      const isServing = slots.regular + slots.optimistic > 0;
      const count = isServing ? client.allowedFastPieces : 0;
      allowedFast = new AllowedFast({
        pieceCount,
        tables: memory.tables,
        connections,
        host,
        count,
      });
    }
    const components: PeerComponents = {
      tables: memory.tables,
      row: memory.row,
      connections,
      picker,
      partial,
      allowedFast,
      host,
      settings,
      random,
      leadership: new Leadership(options.role, options.leaders),
    };
    this.#peer = components;
    this.#claims = options.claims;
    this.#download = new Download(components);
    this.#upload = new Upload(components);
    this.#parts = new RoleParts(components, this.#download);
  }

  // State.

  /** Whether it is a leader, a follower, or a plain peer. */
  get role(): Role {
    return this.#peer.leadership.role;
  }

  /**
   * The leaders that the peer follows and has not lost: a follower those of its AS, a leader those
   * of its parent AS.
   */
  get leaders(): readonly PeerId[] {
    return this.#peer.leadership.leaders;
  }

  /**
   * Whether the leaders that it follows let it down: they choke it, and for two minutes nobody has
   * sent it bits of a block, nor has any other of its AS got a piece. A host that asks this after
   * each rechoke makes it lead itself then (`setRole`), until the tracker names leaders again.
   */
  isLetDown(): boolean {
    return this.#parts.follower?.isLetDown(this.#download.lastReceivedMs) === true;
  }

  /** Whether it holds the whole file. */
  get isComplete(): boolean {
    return this.#peer.picker.isComplete;
  }

  /** How many blocks it has received that it had received before. */
  get wastedBlocks(): number {
    return this.#download.wastedBlocks;
  }

  /** The number of pieces that it holds. */
  get storedCount(): number {
    return this.#peer.picker.storedCount;
  }

  /** The pieces that it holds: bit n mod 32 of word n div 32 is piece n. */
  storedPieces(): Uint32Array {
    return this.#peer.picker.storedPieces();
  }

  /** One more than the greatest number of a connection so far; 0 if there was none. */
  get connectionCount(): number {
    return this.#peer.connections.count;
  }

  /** Whether it holds `piece`. */
  hasPiece(piece: PieceIndex): boolean {
    return this.#peer.picker.isStored(piece);
  }

  /** Whether it announces its pieces on this connection. */
  announcesOn(connection: Connection): boolean {
    return (this.#peer.connections.flags(connection) & ANNOUNCES) !== 0;
  }

  /**
   * Whether it may download on this connection. If not, the host may inform the other side, as by
   * `upload_only` (BEP 21).
   */
  mayDownloadOn(connection: Connection): boolean {
    return (this.#peer.connections.flags(connection) & MAY_DOWNLOAD) !== 0;
  }

  /**
   * Whether the other side has announced a piece that this peer lacks and may download there.
   *
   * @param except Pieces that do not count, as words of bits.
   */
  isLackingFrom(connection: Connection, except?: Uint32Array): boolean {
    return this.mayDownloadOn(connection) && this.#download.isLackingFrom(connection, except);
  }

  /**
   * The connections on which it may download, but for those to peers that were seeds before it held
   * a piece; and on how many of them it is interested.
   */
  countInterest(): { readonly connections: number; readonly interested: number } {
    const all = this.#peer.connections;
    all.applyDueHaves();
    let connections = 0;
    let interested = 0;
    for (let connection = 0 as Connection; connection < all.count; connection++) {
      const flags = all.flags(connection);
      if ((flags & MAY_DOWNLOAD) === 0) continue;
      if (all.hasAllPieces(connection, this.#peer.settings.layout.pieceCount)) continue;
      connections++;
      if ((flags & AM_INTERESTED) !== 0) interested++;
    }
    return { connections, interested };
  }

  /** What decides whether an open connection is closed for another one. */
  stateOf(connection: Connection): ConnectionState {
    const connections = this.#peer.connections;
    connections.applyDueHaves();
    const flags = connections.flags(connection);
    return {
      amInterested: (flags & AM_INTERESTED) !== 0,
      peerInterested: (flags & PEER_INTERESTED) !== 0,
      isChokingUs: (flags & PEER_CHOKING) !== 0,
      isSeed: connections.hasAllPieces(connection, this.#peer.settings.layout.pieceCount),
    };
  }

  /** The number of requests on this connection that have not been answered. */
  outstandingOn(connection: Connection): number {
    return this.#download.outstandingOn(connection);
  }

  /** Whether any of `count` blocks from `block` on is requested on this connection. */
  isRequestedOn(connection: Connection, block: BlockIndex, count: number): boolean {
    return this.#download.isRequestedOn(connection, block, count);
  }

  /** Whether the other side has left requests unanswered for too long, and sent nothing since. */
  isSnubbing(connection: Connection): boolean {
    return this.#download.isSnubbing(connection);
  }

  /**
   * Whether the other side has announced `piece` and not sent it, so that it is not requested there
   * for a while.
   */
  isDoubted(connection: Connection, piece: PieceIndex): boolean {
    return this.#download.isDoubted(connection, piece);
  }

  /** The connection to `remote`; NO_CONNECTION if there is none. */
  connectionTo(remote: PeerId): Connection {
    return this.#peer.connections.connectionTo(remote);
  }

  // Calls of the host.

  /**
   * Stores pieces that the peer has from the start or finds on its disk. Announces them to
   * neighbours, if there are any yet.
   */
  restore(pieces: Iterable<PieceIndex>): void {
    for (const piece of pieces) {
      if (!this.#download.store(piece)) continue;
      this.#peer.host.broadcastHave(piece);
      this.#download.afterStored(piece);
    }
    if (!this.isComplete) return;
    const isFirst = this.#peer.connections.count === 0;
    if (
      isFirst &&
      this.#peer.settings.client.superSeeding &&
      !this.#peer.settings.quirks.wholePieces
    ) {
      this.#superSeeding = new SuperSeeding(this.#peer);
    }
    this.#peer.host.completed();
  }

  /** Whether the peer acts on every `have`, also on those for pieces that it holds. */
  get isSuperSeed(): boolean {
    return this.#superSeeding !== undefined;
  }

  /**
   * Records blocks of a piece that the peer lacks and its host holds from the start, received by
   * another peer before.
   */
  restoreBlocks(block: BlockIndex, count: number): void {
    this.#download.restoreBlocks(block, count);
  }

  /**
   * Ends a round: gives up on peers that do not answer, and runs the choker. Call it when the peer
   * starts, and once per rechoke interval.
   */
  rechoke(): void {
    this.#download.round();
    this.#upload.rechoke();
  }

  /**
   * Opens a connection to `remote` and returns our number for it. The peer sends nothing on it
   * before `established`, so that the two hosts can exchange their numbers first.
   *
   * @param remote The host's id of the other peer, by which `connectTo` and `leaderStart` name it.
   * @param intraAs Whether `remote` is in our AS, or a leader that we follow.
   * @param purpose `relay` if a leader has called `connectTo` for it; else `neighbour`.
   */
  connect(remote: PeerId, intraAs: boolean, purpose: ConnectionPurpose): Connection {
    const { permissions } = this.#peer.settings.rules.relay;
    const connection = this.#peer.connections.open(
      remote,
      permissionsOf(this.#peer.leadership, intraAs, purpose, permissions),
    );
    this.#download.opened(connection);
    this.#upload.opened(connection);
    this.#parts.follower?.opened(connection, intraAs);
    return connection;
  }

  /**
   * Call it when the other side has opened the connection, too. The peer announces its pieces, and
   * begins to use the connection.
   *
   * @param intraAs The same as in `connect`.
   */
  established(connection: Connection, intraAs: boolean): void {
    if (this.announcesOn(connection)) this.#announce(connection);
    this.#upload.established(connection);
    // A follower cannot tell what its leader holds from what the leader can get.
    if (intraAs && this.role === 'leader') this.#peer.allowedFast?.deny(connection);
    this.#parts.leader?.established(connection);
    this.#parts.follower?.established(connection, intraAs);
  }

  /**
   * Closes a connection, or reports that it is closed. A follower turns to another leader if this
   * was the connection to its leader. The number may be used again at once; with `keepsNumber` only
   * after `releaseNumber`, for hosts whose messages may still be under way on the connection.
   */
  disconnect(connection: Connection, keepsNumber = false): void {
    const remote = this.#peer.connections.remoteOf(connection);
    this.#superSeeding?.closed(connection);
    const isUnchoked = (this.#peer.connections.flags(connection) & AM_CHOKING) === 0;
    this.#parts.leader?.closed(connection);
    this.#upload.closed(connection);
    this.#download.closed(connection);
    this.#peer.allowedFast?.closed(connection);
    this.#peer.connections.close(connection);
    if (!keepsNumber) this.#peer.connections.releaseNumber(connection);
    if (isUnchoked) this.#upload.slotFreed();
    this.#parts.closed(connection, remote);
  }

  /** Reports that no connection to `remote` can be made, for which `connectTo` has asked. */
  unreachable(remote: PeerId): void {
    this.#parts.leader?.unreachable(remote);
    this.#parts.follower?.lost(remote);
  }

  /** The tracker has named the leaders of our AS, whom a follower follows from now on. */
  setLeaders(leaders: readonly PeerId[]): void {
    this.#parts.setLeaders(leaders);
  }

  /**
   * Changes the role of the peer, which keeps its pieces, its connections and what has arrived of
   * pieces. Returns the connections on which it may download from now on: what their other sides
   * hold is to be reported (`bitfield`, `have`), because it has ignored what they announced.
   *
   * @param leaders Those that it follows from now on: see `leaders`.
   * @param isIntraAs Whether the other side of a connection is in our AS, or one of `leaders`.
   */
  setRole(
    role: Role,
    leaders: readonly PeerId[],
    isIntraAs: (connection: Connection) => boolean,
  ): readonly Connection[] {
    return this.#parts.setRole(role, leaders, isIntraAs);
  }

  /** The number of a connection that has been closed with `keepsNumber` may be used again. */
  releaseNumber(connection: Connection): void {
    this.#peer.connections.releaseNumber(connection);
  }

  /** The peer at the other end of an open connection. */
  remoteOf(connection: Connection): PeerId {
    return this.#peer.connections.remoteOf(connection);
  }

  /** Whether a connection is open, on our side at least. */
  isOpen(connection: Connection): boolean {
    return this.#peer.connections.flags(connection) !== 0;
  }

  /** The peer leaves for good: the memory that it shares with others is free for another peer. */
  leave(): void {
    this.#peer.partial?.removeAll();
    this.#peer.tables.closeRow(this.#peer.row);
  }

  /**
   * Reports how the host receives on a connection: the bits of requested blocks that have arrived
   * since the last report, without blocks that `piece` has reported, and the present rate. Call it
   * about once a second: the number of blocks to request follows the rate.
   *
   * @param kbps The rate in kbit/s; 0 if nothing is arriving.
   */
  arriving(connection: Connection, bits: number, kbps: number): void {
    this.#download.arriving(connection, bits, kbps);
  }

  /** Reports that bits of blocks have been sent on a connection since the last report. */
  sending(connection: Connection, bits: number): void {
    this.#upload.sending(connection, bits);
  }

  /** Whether a block of `piece` is requested on any connection. */
  isRequested(piece: PieceIndex): boolean {
    return this.#download.isRequested(piece);
  }

  /** Whether all blocks of `piece` have arrived, and the host has not verified it yet. */
  isReceived(piece: PieceIndex): boolean {
    return this.#download.isReceived(piece);
  }

  /** The host has verified a piece whose blocks have arrived. */
  verified(piece: PieceIndex): void {
    if (this.#store(piece)) this.#download.afterStored(piece);
  }

  /**
   * The host has found that blocks of one piece that have arrived are not what they should be, or
   * may not be: they are requested again.
   */
  discard(block: BlockIndex, count: number): void {
    this.#download.discard(block, count);
  }

  /** Returns the first block to send on this connection; NO_BLOCK if there is none. */
  nextToSend(connection: Connection): BlockIndex {
    return this.#upload.nextToSend(connection);
  }

  /** Returns how many blocks of one piece to send from `nextToSend` on; 0 if there are none. */
  countToSend(connection: Connection): number {
    return this.#upload.countToSend(connection);
  }

  /**
   * Call it when the last bit has been sent of the first `count` of the blocks to send, which are
   * at most `countToSend`. If there are none left then, stop until the next `startSending`.
   */
  blocksSent(connection: Connection, count: number): void {
    this.#upload.blocksSent(connection, count);
  }

  /** Whether a leader has to forward `have(piece)` on this connection to a follower at once. */
  hasToForward(connection: Connection, piece: PieceIndex): boolean {
    return this.#parts.leader?.hasToForward(connection, piece) === true;
  }

  /**
   * Acts on a `have` that the host has passed to `PeerTables.have` instead of the peer. Only for
   * hosts that share tables between peers, and not for leaders, which forward what they receive.
   *
   * @param outcome What `PeerTables.have` has returned.
   */
  afterHave(connection: Connection, piece: PieceIndex, outcome: HaveOutcome): void {
    this.#download.afterHave(connection, piece, outcome);
  }

  /**
   * The other side has withdrawn `piece` (BEP 54), rejected a request for it, or sent it damaged.
   * The peer does not request it on this connection before the next `have`.
   */
  dontHave(connection: Connection, piece: PieceIndex): void {
    this.#download.dontHave(connection, piece);
  }

  // Received messages.

  uploadOnly(connection: Connection, isUploadOnly: boolean): void {
    if (!isUploadOnly && this.announcesOn(connection)) this.#announce(connection);
  }

  close(connection: Connection): void {
    this.disconnect(connection);
  }

  choke(connection: Connection): void {
    this.#download.choke(connection);
  }

  unchoke(connection: Connection): void {
    this.#download.unchoke(connection);
  }

  interested(connection: Connection): void {
    if (this.#superSeeding === undefined) this.#peer.allowedFast?.grant(connection);
    this.#upload.interested(connection);
  }

  notInterested(connection: Connection): void {
    this.#upload.notInterested(connection);
  }

  have(connection: Connection, piece: PieceIndex): void {
    this.#superSeeding?.have(connection, piece);
    this.#parts.leader?.have(connection, piece);
    const { tables, row } = this.#peer;
    const outcome = tables.have(row, connection, piece);
    if (outcome !== NO_ACTION) this.#download.afterHave(connection, piece, outcome);
  }

  bitfield(connection: Connection, pieces: Uint32Array): void {
    const { tables, row } = this.#peer;
    const { pieceCount } = this.#peer.settings.layout;
    const actsOnEach =
      this.#superSeeding !== undefined ||
      this.#parts.leader !== undefined ||
      this.#peer.settings.rules.download.countsDuplicateHaves;
    for (let piece = 0 as PieceIndex; piece < pieceCount; piece++) {
      if ((pieces[piece >>> 5]! & (1 << (piece & 31))) === 0) continue;
      if (!actsOnEach && !this.#peer.picker.isLacked(piece)) continue;
      // The first piece that we lack begins our interest; then the others need no answer.
      if (!actsOnEach && tables.needsNoAnswer(row, connection)) {
        return tables.markAllAnnounced(row, connection, pieces);
      }
      this.have(connection, piece);
    }
  }

  /**
   * The other side requests blocks of a piece. A leader that lacks the piece records that it is
   * requested, and does not answer.
   */
  request(connection: Connection, block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    if (this.#superSeeding?.isRevealed(connection, piece) === false) return;
    if (this.#peer.picker.isStored(piece)) this.#upload.request(connection, block, count);
    else this.#parts.leader?.requestedByFollower(piece);
  }

  piece(connection: Connection, block: BlockIndex, count: number): void {
    const piece = pieceOf(block, this.#peer.settings.layout.blocksPerPiece);
    const isReceived = this.#download.receive(connection, block, count);
    const isStored = isReceived && !this.#peer.settings.hostVerifies && this.#store(piece);
    if (!isStored && this.#peer.settings.rules.download.announcesDuplicates)
      this.#peer.host.broadcastHave(piece);
    this.#download.afterPiece(connection, piece, isStored);
  }

  /** The other side withdraws requests: blocks that have not been begun are not sent. */
  cancel(connection: Connection, block: BlockIndex, count: number): void {
    this.#upload.cancel(connection, block, count);
  }

  /** The other side lets us request `piece` while it chokes us (BEP 6). */
  allowedFast(connection: Connection, piece: PieceIndex): void {
    this.#download.allowedFast(connection, piece);
  }

  /**
   * The other side follows us. If we do not lead our AS, as far as we know, the tracker may have
   * elected us meanwhile: the relay is started once it says so.
   */
  leaderStart(connection: Connection, target: PeerId): void {
    this.#parts.leaderStart(connection, target);
  }

  /** Announces all pieces that we hold, or claim to hold, on a new connection. */
  #announce(connection: Connection): void {
    const { layout } = this.#peer.settings;
    const claims = this.#claims;
    if (this.#peer.picker.storedCount === 0 && claims === undefined) return;
    if (this.#superSeeding !== undefined) return this.#superSeeding.established(connection);
    const stored = this.#peer.picker.storedPieces();
    const pieces = claims === undefined ? stored : unionOf(stored, claims);
    if (this.#peer.settings.rules.upload.sendsBitfield)
      return this.#peer.host.bitfield(connection, pieces);
    for (let piece = 0 as PieceIndex; piece < layout.pieceCount; piece++) {
      if ((pieces[piece >>> 5]! & (1 << (piece & 31))) !== 0)
        this.#peer.host.have(connection, piece);
    }
  }

  /** Stores a piece and announces it; returns false if it was stored before. */
  #store(piece: PieceIndex): boolean {
    if (!this.#download.store(piece)) return false;
    this.#peer.host.broadcastHave(piece);
    if (this.isComplete) this.#peer.host.completed();
    return true;
  }
}
