/**
 * One peer, as a machine: what happens to it goes in by a method, what it wants done comes out
 * by a call to its host. It knows no clock, no chance but its own stream, no sockets, no
 * threads; so the same peer runs in the simulator, over TCP, in a browser and in a test.
 *
 *     host ── have, request, piece, choke … ──▶ Peer ──▶ Download ─ PiecePicker
 *          ◀── have, request, choke, reach … ──      ├──▶ Upload ─── choker
 *                                                     └──▶ Leader or Follower
 *
 * A plain peer, a leader and a follower are one class: they differ in a table (`roles.ts`) and in
 * the parts that only they have. Source: BEP 3; docs/protocol.md.
 */

import { ConnectionTable } from '../tables/connections.ts';
import { Download } from './download.ts';
import { MAY_DOWNLOAD, ANNOUNCES } from '../tables/connection-flags.ts';
import { Follower } from './follower.ts';
import type { PeerHost } from './host.ts';
import type { Connection, PeerId, PieceIndex } from '../ids.ts';
import { Leader } from './leader.ts';
import type { PeerMessages } from '../messages/messages.ts';
import type { PeerOptions } from './options.ts';
import type { PeerMemory } from '../tables/peer-memory.ts';
import { NO_ACTION, PeerTables } from '../tables/peer-tables.ts';
import { PiecePicker } from './piece-picker.ts';
import { type ConnectionPurpose, permissionsOf, type Role } from './roles.ts';
import { Upload } from './upload.ts';

export class Peer implements PeerMessages {
  readonly #options: PeerOptions;
  readonly #host: PeerHost;
  readonly #memory: PeerMemory;
  readonly #picker: PiecePicker;
  readonly #connections: ConnectionTable;
  readonly #download: Download;
  readonly #upload: Upload;
  readonly #leader: Leader | undefined;
  readonly #follower: Follower | undefined;

  constructor(host: PeerHost, options: PeerOptions) {
    this.#options = options;
    this.#host = host;
    const { pieceCount, connectionsExpected, random, requestPriority } = options;
    const memory = options.memory ?? {
      tables: new PeerTables(pieceCount, 1, connectionsExpected),
      row: 0,
    };
    const connections = new ConnectionTable(memory, connectionsExpected);
    const picker = new PiecePicker(pieceCount, random, requestPriority, memory);
    const parts = { memory, connections, picker, host, options };
    this.#memory = memory;
    this.#connections = connections;
    this.#picker = picker;
    this.#download = new Download(parts);
    this.#upload = new Upload(parts);
    if (options.role === 'leader') this.#leader = new Leader(parts);
    else if (options.role === 'follower') this.#follower = new Follower(parts);
  }

  // What it is and holds.

  /** Whether it leads its AS, follows who does, or is a plain peer. */
  get role(): Role {
    return this.#options.role;
  }

  /** Whether it holds the whole file. */
  get isComplete(): boolean {
    return this.#picker.storedCount === this.#options.pieceCount;
  }

  /** How many pieces it holds. */
  get storedCount(): number {
    return this.#picker.storedCount;
  }

  /** One more than the greatest number of a connection in use. */
  get connectionCount(): number {
    return this.#connections.count;
  }

  /** Whether it holds `piece`. */
  hasPiece(piece: PieceIndex): boolean {
    return this.#picker.isStored(piece);
  }

  /** Whether the other side is to hear what we have. */
  announcesOn(on: Connection): boolean {
    return (this.#connections.flags(on) & ANNOUNCES) !== 0;
  }

  /** The connection to `remote`; NO_CONNECTION where there is none. */
  connectionTo(remote: PeerId): Connection {
    return this.#connections.connectionTo(remote);
  }

  // What its host does with it.

  /**
   * Holds `pieces` from the start, or finds them on its disk: call before the first connection,
   * or later, and it tells everybody.
   */
  restore(pieces: Iterable<PieceIndex>): void {
    for (const piece of pieces) {
      if (this.#download.restore(piece)) this.#host.broadcastHave(piece);
    }
    if (this.isComplete) this.#host.completed();
  }

  /** Runs the choker. The host calls it when the peer starts, and every rechoke interval. */
  rechoke(): void {
    this.#upload.rechoke();
  }

  /**
   * Opens a connection to `remote`, of our AS or not, and returns our number for it. Nothing is
   * said on it before `greet`, so that a host can tell the other side the number first.
   */
  connect(remote: PeerId, sameSystem: boolean, origin: ConnectionPurpose): Connection {
    const { role, quirks } = this.#options;
    const parts = permissionsOf(role, sameSystem, origin, quirks);
    const on = this.#connections.open(remote, parts);
    this.#upload.opened(on);
    if (quirks.eagerRelays && !sameSystem) this.#follower?.openedOutside(on);
    return on;
  }

  /** The other side is there too: says what we have, and puts the connection to use. */
  established(on: Connection, sameSystem: boolean): void {
    if (this.announcesOn(on) && this.#picker.storedCount > 0) {
      for (let piece = 0 as PieceIndex; piece < this.#options.pieceCount; piece++) {
        if (this.#picker.isStored(piece)) this.#host.have(on, piece);
      }
    }
    this.#leader?.opened(on);
    if (sameSystem) this.#follower?.openedInside(on);
    else if (!this.#options.quirks.eagerRelays) this.#follower?.openedOutside(on);
  }

  /** A connection is gone; its number may come again. */
  disconnect(on: Connection): void {
    this.#leader?.closed(on);
    this.#upload.closed(on);
    this.#download.closed(on, this.#options.pieceCount);
    this.#connections.close(on);
  }

  /**
   * Keeps so many pieces asked for on this connection, in place of `backlog`: for hosts that know
   * how fast it is.
   */
  setBacklog(on: Connection, pieces: number): void {
    this.#download.setBacklog(on, pieces);
  }

  /** The piece to send on this connection; NO_PIECE where there is none. */
  nextToSend(on: Connection): PieceIndex {
    return this.#upload.nextToSend(on);
  }

  /** The last bit of the piece under way has gone; returns the next piece, or NO_PIECE. */
  pieceSent(on: Connection): PieceIndex {
    return this.#upload.pieceSent(on);
  }

  // What it hears.

  choke(on: Connection): void {
    this.#download.choke(on);
  }

  unchoke(on: Connection): void {
    this.#download.unchoke(on);
  }

  interested(on: Connection): void {
    this.#upload.interested(on);
  }

  notInterested(on: Connection): void {
    this.#upload.notInterested(on);
  }

  have(on: Connection, piece: PieceIndex): void {
    this.#leader?.have(on, piece);
    const { tables, row } = this.#memory;
    const outcome = tables.have(row, on, piece);
    if (outcome !== NO_ACTION) this.#download.afterHave(on, piece, outcome);
  }

  /** Whether somebody hears of it at once when the other side has `piece`. */
  hasToForward(on: Connection, piece: PieceIndex): boolean {
    return this.#leader?.hasToForward(on, piece) === true;
  }

  /**
   * For hosts of many: what is left to do after a `have` that went to the shared tables first.
   * Not for leaders, who pass on what they hear.
   */
  afterHave(on: Connection, piece: PieceIndex, outcome: number): void {
    this.#download.afterHave(on, piece, outcome);
  }

  /**
   * The other side took back what it said of `piece` (BEP 54), refused it, or sent it broken: it
   * is not asked for it again before it says `have` anew.
   */
  dontHave(on: Connection, piece: PieceIndex): void {
    this.#download.dontHave(on, piece);
  }

  /** A leader that lacks the piece notes that it is wanted, and does not answer. */
  request(on: Connection, piece: PieceIndex): void {
    if (this.#picker.isStored(piece)) this.#upload.request(on, piece);
    else this.#leader?.requestedByFollower(piece);
  }

  piece(on: Connection, piece: PieceIndex): void {
    const wasFull = this.#download.isFull(on);
    const isNew = this.#download.piece(on, piece);
    if (isNew || this.#options.quirks.announceDuplicates) this.#host.broadcastHave(piece);
    if (isNew && this.isComplete) this.#host.completed();
    this.#download.afterPiece(on, wasFull);
  }

  leaderStart(on: Connection, target: PeerId): void {
    this.#leader?.leaderStart(on, target);
  }

  /** Whether we may download on this connection. For hosts that must tell the other side. */
  mayDownloadOn(on: Connection): boolean {
    return (this.#connections.flags(on) & MAY_DOWNLOAD) !== 0;
  }
}
