/**
 * Hosts our peer: the same machine that the simulator runs, on real connections. What is heard on
 * the wire goes to the peer, what it says goes to the wire; between whole pieces, in which it
 * thinks, and blocks stand the receiver and the sender.
 *
 *     TcpConnection ── events ──▶ Swarm ──▶ Peer ──▶ PeerVoice ──▶ TcpConnection
 *                                  │ blocks ▲ pieces
 *                                  └▶ Receiver, Sender ◀──▶ FileStore
 */

import {
  CLIENT_QUIRKS,
  type Connection,
  Peer,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';

import type { AddressBook } from './address-book.ts';
import { Link } from './link.ts';
import type { TcpConnection } from './net/tcp-connection.ts';
import { type Afflicted, pieceBroken, pieceUnreadable, pressed } from './mishaps.ts';
import { Patience } from './patience.ts';
import { PeerVoice, type Stage } from './peer-voice.ts';
import { holdingsOf, piecesOf, remind } from './reminders.ts';
import { isPiece } from './storage/check-pieces.ts';
import type { RoleAssignment, SwarmOptions } from './swarm-options.ts';
import { Allowance } from './transfer/allowance.ts';
import { Pace } from './transfer/pace.ts';
import { PieceCache } from './transfer/piece-cache.ts';
import { Receiver } from './transfer/receiver.ts';
import { Sender } from './transfer/sender.ts';

const RECHOKE_MS = 10_000;
/** Time after which to look again whether more may be sent. */
const SPENT_MS = 20;

export class Swarm implements Stage, Afflicted {
  readonly options: SwarmOptions;
  readonly receiver: Receiver<Link>;
  readonly sender: Sender;
  readonly #voice: PeerVoice;
  #role: RoleAssignment = { role: 'peer', leaders: [], system: undefined };
  #peer: Peer;
  /** By number of connection; and by connection. */
  #links: (Link | undefined)[] = [];
  readonly #byConnection = new Map<TcpConnection, Link>();
  readonly #patience: Patience;
  #rechokedMs = -Infinity;
  #isSettling = false;
  #isCompletionTold: boolean;
  #wakeUp: NodeJS.Timeout | undefined;
  /** Bytes of blocks since the start; of those received, from other AS. */
  receivedBytes = 0;
  importedBytes = 0;

  constructor(options: SwarmOptions, pieces: readonly number[]) {
    const { torrent, store, uploadBytesPerS } = options;
    const { layout } = torrent;
    this.options = options;
    const cache = new PieceCache({
      pieceBytes: layout.pieceBytes,
      read: (piece, room) => store.readPiece(piece, room),
      onRead: (piece, isThere) => {
        if (!isThere) pieceUnreadable(this, piece);
        this.settle();
      },
    });
    this.sender = new Sender({
      shape: layout,
      cache,
      allowance: new Allowance(uploadBytesPerS, performance.now()),
      onSpent: () => {
        this.#wakeUp ??= setTimeout(() => {
          this.#wakeUp = undefined;
          this.settle();
        }, SPENT_MS);
      },
    });
    this.receiver = new Receiver<Link>({
      shape: layout,
      isPiece: (piece, bytes) => isPiece(torrent, piece, bytes),
      write: (piece, bytes) => store.writePiece(piece, bytes),
      onStored: (piece, from) => this.#stored(piece as PieceIndex, from),
      onBroken: (piece, from, sources) => pieceBroken(this, piece as PieceIndex, from, sources),
      onFailure: options.onFailure,
      onPressure: (mayCome) => pressed(this.links, mayCome),
    });
    this.#voice = new PeerVoice(this);
    this.#patience = new Patience(this);
    this.#peer = this.#newPeer(pieces as readonly PieceIndex[]);
    this.#isCompletionTold = this.#peer.isComplete;
  }

  get peer(): Peer {
    return this.#peer;
  }

  get book(): AddressBook {
    return this.options.book;
  }

  get role(): RoleAssignment {
    return this.#role;
  }

  get links(): Iterable<Link> {
    return this.#byConnection.values();
  }

  linkOf(connection: TcpConnection): Link | undefined {
    return this.#byConnection.get(connection);
  }

  linkAt(on: Connection): Link {
    return this.#links[on]!;
  }

  linkTo(id: PeerId): Link | undefined {
    return this.#links[this.#peer.connectionTo(id)];
  }

  /** Takes a role. Connections stay; our peer is made anew and told again what it knew of them. */
  become(role: RoleAssignment): void {
    const links = [...this.links];
    for (const link of links) this.#quieten(link);
    const pieces = piecesOf(this.#peer, this.options.torrent.layout.pieceCount);
    this.#role = role;
    this.#links = [];
    this.#peer = this.#newPeer(pieces);
    for (const link of links) this.#connect(link);
    for (const link of links) remind(this.#peer, link);
    this.rechoke();
    this.settle();
  }

  /** A connection whose other side we know is put to use. */
  meet(
    connection: TcpConnection,
    who: Pick<Link, 'id' | 'endpoint' | 'system' | 'isOnBehalf'>,
  ): Link {
    const link = new Link(connection, { ...who, on: 0 as Connection });
    this.#byConnection.set(connection, link);
    this.#connect(link);
    this.settle();
    return link;
  }

  /** A connection is gone. */
  lose(link: Link): void {
    this.#byConnection.delete(link.connection);
    this.sender.stop(link);
    this.receiver.lose(link);
    this.#peer.disconnect(link.on);
    this.#links[link.on] = undefined;
    this.settle();
  }

  /** To be called about twice a second. */
  tick(nowMs: number): void {
    if (nowMs >= this.#rechokedMs + RECHOKE_MS) {
      this.#rechokedMs = nowMs;
      this.rechoke();
    }
    this.#patience.tick(nowMs);
    const { pieceBytes } = this.options.torrent.layout;
    for (const { on, pace, receivedBytes } of this.links) {
      pace.look(receivedBytes, nowMs);
      this.#peer.setBacklog(on, pace.backlog(pieceBytes));
    }
    this.settle();
  }

  stop(): void {
    clearTimeout(this.#wakeUp);
  }

  /** Does what the last calls of the peer have led to, and sends what there is to send. */
  settle(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    const { fresh, wanted } = this.#voice;
    for (const piece of fresh.splice(0)) {
      for (const { on, deliveries } of this.links) {
        if (deliveries.isWaiting(piece)) this.#peer.request(on, piece);
      }
    }
    for (const target of wanted.splice(0)) {
      const endpoint = this.book.endpointOf(target);
      if (endpoint !== undefined) this.options.reach(endpoint);
    }
    this.sender.serve(this.#peer);
    for (const { fetches, isSnubbing, connection } of this.links) {
      if (connection.session.isClosed) continue;
      if (!isSnubbing) fetches.ask(connection.say);
      connection.flush();
    }
    this.#isSettling = false;
    this.#noticeCompletion();
  }

  /** Runs the choker. */
  rechoke(): void {
    this.#peer.rechoke();
  }

  /** Whether fewer are unchoked than might be: then nobody need wait for the next round. */
  get hasFreeSlots(): boolean {
    let unchoked = 0;
    for (const { connection } of this.links) {
      const { amChoking, peerInterested } = connection.session.state;
      if (!amChoking && peerInterested) unchoked++;
    }
    return unchoked < this.options.uploads + this.options.optimistics;
  }

  /** `link` will not give `piece`: ask elsewhere, and here again later. */
  refused(link: Link, piece: PieceIndex): void {
    this.#patience.refused(link, piece);
  }

  /** A block has come. */
  forgive(link: Link): void {
    this.#patience.forgive(link);
  }

  /** Hangs up on who has everything, when we have everything too. */
  dismiss(link: Link): void {
    const { state } = link.connection.session;
    const hasAll = state.peerPieces.count === state.layout.pieceCount;
    if (hasAll && this.#peer.isComplete) link.connection.close('redundant');
  }

  #newPeer(pieces: readonly PieceIndex[]): Peer {
    const { torrent, uploads, optimistics, random } = this.options;
    const { role, leaders } = this.#role;
    const peer = new Peer(this.#voice, {
      pieceCount: torrent.layout.pieceCount,
      uploadSlots: uploads,
      optimisticSlots: optimistics,
      backlog: new Pace(0).backlog(torrent.layout.pieceBytes),
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      quirks: CLIENT_QUIRKS,
      requestPriority: 'within-rarity',
      role,
      leaders,
      random,
      connectionsExpected: 64,
    });
    this.#voice.isSilent = true;
    peer.restore(pieces);
    this.#voice.isSilent = false;
    return peer;
  }

  /** Tells our peer of a connection, and the other side what we hold, if it is to know. */
  #connect(link: Link): void {
    const { role, system } = this.#role;
    const isSame = role === 'peer' || (link.system !== undefined && link.system === system);
    link.on = this.#peer.connect(link.id, isSame, link.isOnBehalf ? 'relay' : 'neighbour');
    this.#links[link.on] = link;
    if (!link.hasSaidHoldings) {
      link.hasSaidHoldings = true;
      const { pieceCount } = this.options.torrent.layout;
      const bits = holdingsOf(this.#peer, pieceCount);
      if (!this.#peer.announcesOn(link.on)) bits.fill(0);
      link.connection.say.heldPieces(bits);
    }
    this.#peer.established(link.on, isSame);
  }

  /** Takes back what our peer said on a connection, before another one takes its place. */
  #quieten(link: Link): void {
    const { say, session } = link.connection;
    this.#patience.loseRequests(link);
    this.sender.stop(link);
    link.deliveries.clear();
    if (!session.state.amChoking) say.choke();
    if (session.state.amInterested) say.notInterested();
  }

  #stored(piece: PieceIndex, from: Link | undefined): void {
    if (from !== undefined && this.#byConnection.has(from.connection)) {
      this.#peer.piece(from.on, piece);
    } else {
      this.#peer.restore([piece]);
    }
    this.settle();
  }

  #noticeCompletion(): void {
    if (this.#isCompletionTold || !this.#peer.isComplete) return;
    this.#isCompletionTold = true;
    this.options.onCompleted();
    for (const link of this.links) this.dismiss(link);
  }
}
