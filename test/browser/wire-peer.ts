/**
 * Hosts a peer of `protocol` in a page: it talks the wire's `classic` profile (whole pieces) over
 * message ports, and keeps its pieces in memory. What a browser's own transport would do over
 * WebRTC, in a hundred lines; nothing in it is Node's.
 */

import {
  CLIENT_QUIRKS,
  type Connection,
  NO_PIECE,
  Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
} from '@cachetorrent/protocol';
import {
  bytesOfPiece,
  type SessionEvent,
  type SessionSide,
  type SessionTorrent,
  type TorrentShape,
  WireSession,
} from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';

export interface WirePeerOptions {
  readonly id: PeerId;
  readonly torrent: SessionTorrent & { readonly shape: TorrentShape };
  /** By number of the piece, what it has from the start. */
  readonly pieces: ReadonlyMap<number, Uint8Array>;
  readonly random: Random;
  /** Whether `bytes` are what the piece should be. */
  readonly isPiece: (piece: number, bytes: Uint8Array) => Promise<boolean>;
}

/** What it uses of a `MessagePort`. */
export interface Port {
  addEventListener(type: 'message', hear: (message: { readonly data: unknown }) => void): void;
  start(): void;
  postMessage(bytes: Uint8Array): void;
  close(): void;
}

/** The end of a connection. */
interface WireConnection {
  readonly session: WireSession;
  readonly port: Port;
  readonly remote: PeerId;
  on: Connection;
  isSending: boolean;
}

export class WirePeer implements PeerHost {
  readonly pieces: Map<number, Uint8Array>;
  /** Resolves when it has every piece. */
  readonly isDone: Promise<void>;
  readonly #options: WirePeerOptions;
  readonly #peer: Peer;
  readonly #connections: WireConnection[] = [];
  #finish!: () => void;
  /** Bytes that crossed its ports, both ways, and why a connection ended. */
  carriedBytes = 0;
  readonly ends: string[] = [];

  constructor(options: WirePeerOptions) {
    this.#options = options;
    this.pieces = new Map(options.pieces);
    this.isDone = new Promise((resolve) => (this.#finish = resolve));
    this.#peer = new Peer(this, {
      pieceCount: options.torrent.shape.pieceCount,
      uploadSlots: 4,
      optimisticSlots: 1,
      backlog: 4,
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      quirks: CLIENT_QUIRKS,
      requestPriority: 'within-rarity',
      role: 'peer',
      leaders: [],
      random: options.random,
      connectionsExpected: 1,
    });
    this.#peer.restore([...this.pieces.keys()] as PieceIndex[]);
  }

  /** One end of a connection to `remote`; the other is given the other port. */
  join(port: Port, remote: PeerId, isDialler: boolean): void {
    const { torrent, id } = this.#options;
    const side: SessionSide = isDialler
      ? { side: 'dialler', torrent }
      : { side: 'responder', torrentOf: () => torrent };
    const session = new WireSession({
      side,
      peerId: new Uint8Array(20).fill(id),
      nowMs: this.nowMs,
      profile: 'classic',
      limits: {
        blockBytes: torrent.shape.pieceBytes,
        servedBlockBytes: torrent.shape.pieceBytes,
      },
    });
    const link: WireConnection = { session, port, remote, on: -1 as Connection, isSending: false };
    // One message after the other, since a piece has to be hashed before the next is heard.
    let heard = Promise.resolve();
    port.addEventListener('message', ({ data }) => {
      heard = heard.then(() => this.#receive(link, data as Uint8Array));
    });
    port.start();
    this.#settle(link);
  }

  async #receive(link: WireConnection, bytes: Uint8Array): Promise<void> {
    link.session.receive(bytes, this.nowMs);
    for (let event = link.session.pollEvent(); event; event = link.session.pollEvent()) {
      const kept = event.type === 'piece' ? { ...event, block: event.block.slice() } : event;
      await this.#hear(link, kept);
    }
    for (const other of this.#connections) this.#settle(other);
    this.#settle(link);
  }

  async #hear(link: WireConnection, event: SessionEvent): Promise<void> {
    const peer = this.#peer;
    switch (event.type) {
      case 'handshake':
        return this.#greet(link);
      case 'choke':
        return peer.choke(link.on);
      case 'unchoke':
        return peer.unchoke(link.on);
      case 'interested':
        peer.interested(link.on);
        return peer.rechoke();
      case 'not-interested':
        return peer.notInterested(link.on);
      case 'have':
        return peer.have(link.on, event.piece as PieceIndex);
      case 'request':
        return peer.request(link.on, event.piece as PieceIndex);
      case 'piece':
        if (!(await this.#options.isPiece(event.piece, event.block))) break;
        this.pieces.set(event.piece, event.block);
        return peer.piece(link.on, event.piece as PieceIndex);
      case 'closed':
      case 'violation':
        this.ends.push(`${event.type}: ${event.detail}`);
        return undefined;
      default:
        return undefined;
    }
    return undefined;
  }

  #greet(link: WireConnection): void {
    const { pieceCount } = this.#options.torrent.shape;
    const bits = new Uint8Array(Math.ceil(pieceCount / 8));
    for (const piece of this.pieces.keys()) bits[piece >> 3]! |= 0x80 >> (piece & 7);
    link.session.say.holdings(bits);
    link.on = this.#peer.connect(link.remote, true, 'neighbour');
    this.#connections[link.on] = link;
    this.#peer.established(link.on, true);
  }

  /** Sends what our peer has to send, and what there is to say. */
  #settle({ session, port, on, isSending }: WireConnection): void {
    let piece: number = isSending ? this.#peer.nextToSend(on) : NO_PIECE;
    for (; piece !== NO_PIECE; piece = this.#peer.sent(on)) {
      session.say.piece(piece, 0, this.pieces.get(piece)!);
    }
    for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) {
      this.carriedBytes += bytes.length;
      port.postMessage(bytes);
    }
  }

  // What our peer says.

  get nowMs(): number {
    return performance.now();
  }

  choke(on: Connection): void {
    this.#connections[on]!.session.say.choke();
  }

  unchoke(on: Connection): void {
    this.#connections[on]!.session.say.unchoke();
  }

  interested(on: Connection): void {
    this.#connections[on]!.session.say.interested();
  }

  notInterested(on: Connection): void {
    this.#connections[on]!.session.say.notInterested();
  }

  have(on: Connection, piece: PieceIndex): void {
    const { session } = this.#connections[on]!;
    if (!session.conversation.ourPieces.has(piece)) session.say.have(piece);
  }

  broadcastHave(piece: PieceIndex): void {
    for (const { on } of this.#connections) if (this.#peer.announcesOn(on)) this.have(on, piece);
  }

  request(on: Connection, piece: PieceIndex): void {
    const { shape } = this.#options.torrent;
    this.#connections[on]!.session.say.request(piece, 0, bytesOfPiece(shape, piece));
  }

  startSending(on: Connection): void {
    this.#connections[on]!.isSending = true;
  }

  stopSending(on: Connection): void {
    this.#connections[on]!.isSending = false;
  }

  completed(): void {
    this.#finish();
  }

  /** Nobody leads here. */
  leaderStart(): void {}

  /** Everybody is connected. */
  connectTo(): void {}
}
