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
  CLIENT_HABITS,
  type Connection,
  Peer,
  type PeerId,
  type PieceIndex,
  type Standing,
} from '@cachetorrent/protocol';
import type { Endpoint } from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';

import type { AddressBook } from './address-book.ts';
import { Link } from './link.ts';
import type { TcpConnection } from './net/tcp-connection.ts';
import { PeerVoice, type Stage } from './peer-voice.ts';
import { isPiece } from './storage/check-pieces.ts';
import type { FileStore } from './storage/file-store.ts';
import type { Torrent } from './torrent/torrent.ts';
import { Allowance } from './transfer/allowance.ts';
import { PieceCache } from './transfer/piece-cache.ts';
import { Receiver } from './transfer/receiver.ts';
import { Sender } from './transfer/sender.ts';

export interface SwarmOptions {
  readonly torrent: Torrent;
  readonly store: FileStore;
  readonly book: AddressBook;
  readonly random: Random;
  /** Connections that are unchoked for what they give, and by chance. */
  readonly uploads: number;
  readonly optimistics: number;
  /** Pieces that are kept asked for on a connection. */
  readonly backlog: number;
  /** Infinity for no limit. */
  readonly uploadBytesPerS: number;
  /** Our peer wants to be connected to `endpoint`. */
  readonly reach: (endpoint: Endpoint) => void;
  readonly onCompleted: () => void;
  /** The download cannot go on. */
  readonly onFailure: (error: Error) => void;
  /** A sentence for the user. */
  readonly onTrouble: (trouble: string) => void;
}

/** Our role among the peers of our autonomous system, as the tracker told it. */
export interface Role {
  readonly standing: Standing;
  readonly leaders: readonly PeerId[];
  readonly system: number | undefined;
}

/** Who refused a piece, or sent it broken, may be asked for it again after this. */
const RETRY_MS = 10_000;
/** Who leaves requests unanswered for so long is left alone (libtorrent: at most 60 s). */
const SNUBBED_MS = 30_000;
const RECHOKE_MS = 10_000;
const SPENT_MS = 20;

interface Retry {
  readonly atMs: number;
  readonly link: Link;
  readonly piece: PieceIndex;
}

export class Swarm implements Stage {
  readonly options: SwarmOptions;
  readonly receiver: Receiver<Link>;
  readonly sender: Sender;
  readonly #cache: PieceCache;
  readonly #voice: PeerVoice;
  #role: Role = { standing: 'peer', leaders: [], system: undefined };
  #peer: Peer;
  /** By number of connection; and by connection. */
  #links: (Link | undefined)[] = [];
  readonly #byConnection = new Map<TcpConnection, Link>();
  #retries: Retry[] = [];
  #rechokedMs = -Infinity;
  #isSettling = false;
  #isCompletionTold: boolean;
  #wakeUp: NodeJS.Timeout | undefined;
  /** Bytes of blocks since the start; of those received, from other AS. */
  receivedBytes = 0;
  importedBytes = 0;

  constructor(options: SwarmOptions, pieces: readonly number[]) {
    const { torrent, store, uploadBytesPerS } = options;
    const { shape } = torrent;
    this.options = options;
    this.#cache = new PieceCache(
      (piece) => store.readPiece(piece),
      (piece, isThere) => this.#pieceRead(piece, isThere),
    );
    this.sender = new Sender({
      shape,
      cache: this.#cache,
      allowance: new Allowance(uploadBytesPerS, performance.now()),
      onSpent: () => {
        this.#wakeUp ??= setTimeout(() => {
          this.#wakeUp = undefined;
          this.settle();
        }, SPENT_MS);
      },
    });
    this.receiver = new Receiver<Link>({
      shape,
      isPiece: (piece, bytes) => isPiece(torrent, piece, bytes),
      write: (piece, bytes) => store.writePiece(piece, bytes),
      onStored: (piece, from) => this.#stored(piece as PieceIndex, from),
      onBroken: (piece, from, sources) => this.#broken(piece as PieceIndex, from, sources),
      onFailure: options.onFailure,
      onPressure: (mayCome) => this.#press(mayCome),
    });
    this.#voice = new PeerVoice(this);
    this.#peer = this.#newPeer(pieces as readonly PieceIndex[]);
    this.#isCompletionTold = this.#peer.isComplete;
  }

  get peer(): Peer {
    return this.#peer;
  }

  get book(): AddressBook {
    return this.options.book;
  }

  get role(): Role {
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
  become(role: Role): void {
    const links = [...this.links];
    for (const link of links) this.#quieten(link);
    const { pieceCount } = this.options.torrent.shape;
    const all = Array.from({ length: pieceCount }, (_, piece) => piece as PieceIndex);
    const pieces = all.filter((piece) => this.#peer.holds(piece));
    this.#role = role;
    this.#links = [];
    this.#peer = this.#newPeer(pieces);
    for (const link of links) this.#connect(link);
    for (const link of links) this.#remind(link);
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
    const due = this.#retries.filter(({ atMs }) => atMs <= nowMs);
    this.#retries = this.#retries.filter(({ atMs }) => atMs > nowMs);
    for (const { link, piece } of due) {
      if (this.#byConnection.has(link.connection)) this.#peer.have(link.on, piece);
    }
    for (const link of this.links) this.#watch(link, nowMs);
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
      const { amChoking, isInterestedInUs } = connection.session.conversation;
      if (!amChoking && isInterestedInUs) unchoked++;
    }
    return unchoked < this.options.uploads + this.options.optimistics;
  }

  /** `link` will not give `piece`: ask elsewhere, and here again later. */
  refused(link: Link, piece: PieceIndex): void {
    link.fetches.cancel(piece, link.connection.say);
    this.receiver.losePiece(link, piece);
    this.#peer.dontHave(link.on, piece);
    this.#retries.push({ atMs: performance.now() + RETRY_MS, link, piece });
  }

  /** Nothing that `link` was asked for will come. */
  loseRequests(link: Link): void {
    for (const piece of link.fetches.pieces) {
      link.fetches.cancel(piece, link.connection.say);
      this.receiver.losePiece(link, piece);
    }
    this.#peer.choke(link.on);
  }

  /** Hangs up on who has everything, when we have everything too. */
  dismiss(link: Link): void {
    const { conversation } = link.connection.session;
    const hasAll = conversation.theirPieces.count === conversation.shape.pieceCount;
    if (hasAll && this.#peer.isComplete) link.connection.close('redundant');
  }

  #newPeer(pieces: readonly PieceIndex[]): Peer {
    const { torrent, uploads, optimistics, backlog, random } = this.options;
    const { standing, leaders } = this.#role;
    const peer = new Peer(this.#voice, {
      pieceCount: torrent.shape.pieceCount,
      uploads,
      optimistics,
      backlog,
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      habits: CLIENT_HABITS,
      preference: 'within-rarity',
      standing,
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
    const { standing, system } = this.#role;
    const isSame = standing === 'peer' || (link.system !== undefined && link.system === system);
    link.on = this.#peer.connect(link.id, isSame, link.isOnBehalf ? 'on-behalf' : 'neighbour');
    this.#links[link.on] = link;
    if (!link.hasSaidHoldings) {
      link.hasSaidHoldings = true;
      link.connection.say.holdings(this.#holdings(this.#peer.offers(link.on)));
    }
    this.#peer.greet(link.on, isSame);
  }

  #holdings(isOffered: boolean): Uint8Array {
    const { pieceCount } = this.options.torrent.shape;
    const bits = new Uint8Array(Math.ceil(pieceCount / 8));
    for (let piece = 0; isOffered && piece < pieceCount; piece++) {
      if (this.#peer.holds(piece as PieceIndex)) bits[piece >> 3]! |= 0x80 >> (piece & 7);
    }
    return bits;
  }

  /** Takes back what our peer said on a connection, before another one takes its place. */
  #quieten(link: Link): void {
    const { say, session } = link.connection;
    this.loseRequests(link);
    this.sender.stop(link);
    link.deliveries.clear();
    if (!session.conversation.amChoking) say.choke();
    if (session.conversation.amInterested) say.notInterested();
  }

  /** Tells our new peer how things stand on a connection. */
  #remind({ on, relayed, connection }: Link): void {
    const { theirPieces, isChokingUs, isInterestedInUs } = connection.session.conversation;
    for (let piece = 0; piece < theirPieces.pieceCount; piece++) {
      if (theirPieces.has(piece)) this.#peer.have(on, piece as PieceIndex);
    }
    for (const piece of relayed) this.#peer.have(on, piece as PieceIndex);
    if (!isChokingUs) this.#peer.unchoke(on);
    if (isInterestedInUs) this.#peer.interested(on);
  }

  #stored(piece: PieceIndex, from: Link | undefined): void {
    if (from !== undefined && this.#byConnection.has(from.connection)) {
      this.#peer.piece(from.on, piece);
    } else {
      this.#peer.restore([piece]);
    }
    this.settle();
  }

  #broken(piece: PieceIndex, from: Link | undefined, sources: ReadonlySet<Link>): void {
    const names = [...sources].map(({ connection }) => connection.host).join(', ');
    this.options.onTrouble(`piece ${piece} from ${names} does not have its hash: asked again`);
    if (from !== undefined && this.#byConnection.has(from.connection)) this.refused(from, piece);
    for (const { trust, connection } of sources) {
      if (trust.isBad) connection.close('bad-pieces', 'too many of its pieces fail their hash');
    }
  }

  #pieceRead(piece: number, isThere: boolean): void {
    if (!isThere) {
      this.options.onTrouble(`piece ${piece} cannot be read any more`);
      for (const { deliveries, connection } of this.links) {
        for (const { begin, length } of deliveries.takeAll(piece)) {
          connection.say.reject(piece, begin, length);
        }
      }
    }
    this.settle();
  }

  #press(mayCome: boolean): void {
    for (const { connection } of this.links) {
      if (mayCome) connection.release('disk');
      else connection.hold('disk');
    }
  }

  #watch(link: Link, nowMs: number): void {
    const { connection, fetches, relayed } = link;
    const waits = fetches.pieces.some((piece) => !relayed.has(piece));
    if (link.isSnubbing) {
      if (nowMs >= link.lastBlockMs + 3 * SNUBBED_MS) this.forgive(link);
    } else if (waits && nowMs >= link.lastBlockMs + SNUBBED_MS) {
      link.isSnubbing = true;
      this.loseRequests(link);
      this.options.onTrouble(`${connection.host} has left requests unanswered for 30 s`);
    }
  }

  /** Who snubbed us is asked again. */
  forgive(link: Link): void {
    if (!link.isSnubbing) return;
    link.isSnubbing = false;
    if (!link.connection.session.conversation.isChokingUs) this.#peer.unchoke(link.on);
  }

  #noticeCompletion(): void {
    if (this.#isCompletionTold || !this.#peer.isComplete) return;
    this.#isCompletionTold = true;
    this.options.onCompleted();
    for (const link of [...this.links]) this.dismiss(link);
  }
}
