/**
 * Hosts a peer of `protocol` in a page. It uses the `classic` profile of the wire (whole pieces)
 * over message ports, and keeps its pieces in memory. A transport over WebRTC would have the same
 * structure. Nothing in it depends on Node.
 */

import {
  type BlockIndex,
  CLIENT_QUIRKS,
  type Connection,
  LIBTORRENT,
  Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
  pieceOf,
  wholePieces,
} from '@cachetorrent/protocol';
import {
  bytesOfPiece,
  type SessionEvent,
  type SessionRole,
  type SessionTorrent,
  type PieceLayout,
  WireSession,
} from '@cachetorrent/protocol/wire';
import type { Random } from '@cachetorrent/std';

export interface WirePeerOptions {
  readonly id: PeerId;
  readonly torrent: SessionTorrent & { readonly layout: PieceLayout };
  /** The pieces that it has from the start, by index. */
  readonly pieces: ReadonlyMap<number, Uint8Array>;
  readonly random: Random;
  /** Whether `bytes` are the content of the piece. */
  readonly isPiece: (piece: number, bytes: Uint8Array) => Promise<boolean>;
}

/** The members of `MessagePort` that it uses. */
export interface Port {
  addEventListener(type: 'message', listener: (message: { readonly data: unknown }) => void): void;
  start(): void;
  postMessage(bytes: Uint8Array): void;
  close(): void;
}

/** One end of a connection. */
interface WireConnection {
  readonly session: WireSession;
  readonly port: Port;
  readonly remote: PeerId;
  connection: Connection;
  isSending: boolean;
}

export class WirePeer implements PeerHost {
  readonly pieces: Map<number, Uint8Array>;
  /** Resolves when it has all pieces. */
  readonly isDone: Promise<void>;
  readonly #options: WirePeerOptions;
  readonly #peer: Peer;
  readonly #connections: WireConnection[] = [];
  #finish!: () => void;
  /** Bytes that it sent through its ports. */
  transferredBytes = 0;
  /** Why connections ended. */
  readonly ends: string[] = [];

  constructor(options: WirePeerOptions) {
    this.#options = options;
    this.pieces = new Map(options.pieces);
    this.isDone = new Promise((resolve) => (this.#finish = resolve));
    const { pieceCount, pieceBytes } = options.torrent.layout;
    this.#peer = new Peer(this, {
      layout: wholePieces(pieceCount, 8 * pieceBytes),
      client: LIBTORRENT,
      uploadSlots: 4,
      optimisticSlots: 1,
      backlog: 4,
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      quirks: { ...CLIENT_QUIRKS, wholePieces: true },
      requestPriority: 'within-rarity',
      role: 'peer',
      leaders: [],
      random: options.random,
      connectionsExpected: 1,
    });
    this.#peer.restore([...this.pieces.keys()] as PieceIndex[]);
  }

  /** Opens one end of a connection to `remote`, which has the other port. */
  open(port: Port, remote: PeerId, isDialler: boolean): void {
    const { torrent, id } = this.#options;
    const role: SessionRole = isDialler
      ? { role: 'initiator', torrent }
      : { role: 'responder', torrentOf: () => torrent };
    const session = new WireSession({
      ...role,
      peerId: new Uint8Array(20).fill(id),
      nowMs: this.nowMs,
      profile: 'classic',
      limits: {
        blockBytes: torrent.layout.pieceBytes,
        servedBlockBytes: torrent.layout.pieceBytes,
      },
    });
    const end: WireConnection = {
      session,
      port,
      remote,
      connection: -1 as Connection,
      isSending: false,
    };
    // Messages are handled in sequence: a piece must be hashed before the next message.
    let handled = Promise.resolve();
    port.addEventListener('message', ({ data }) => {
      handled = handled.then(() => this.#receive(end, data as Uint8Array));
    });
    port.start();
    this.#flush(end);
  }

  async #receive(end: WireConnection, bytes: Uint8Array): Promise<void> {
    end.session.receive(bytes, this.nowMs);
    for (let event = end.session.pollEvent(); event; event = end.session.pollEvent()) {
      const copied = event.type === 'piece' ? { ...event, block: event.block.slice() } : event;
      await this.#handle(end, copied);
    }
    for (const other of this.#connections) this.#flush(other);
    this.#flush(end);
  }

  async #handle(end: WireConnection, event: SessionEvent): Promise<void> {
    const peer = this.#peer;
    switch (event.type) {
      case 'handshake':
        return this.#sendBitfield(end);
      case 'choke':
        return peer.choke(end.connection);
      case 'unchoke':
        return peer.unchoke(end.connection);
      case 'interested':
        peer.interested(end.connection);
        return peer.rechoke();
      case 'not-interested':
        return peer.notInterested(end.connection);
      case 'have':
        return peer.have(end.connection, event.piece as PieceIndex);
      case 'request':
        return peer.request(end.connection, event.piece as BlockIndex, 1);
      case 'piece':
        if (!(await this.#options.isPiece(event.piece, event.block))) break;
        this.pieces.set(event.piece, event.block);
        return peer.piece(end.connection, event.piece as BlockIndex, 1);
      case 'closed':
      case 'violation':
        this.ends.push(`${event.type}: ${event.detail}`);
        return undefined;
      default:
        return undefined;
    }
    return undefined;
  }

  #sendBitfield(end: WireConnection): void {
    const { pieceCount } = this.#options.torrent.layout;
    const bits = new Uint8Array(Math.ceil(pieceCount / 8));
    for (const piece of this.pieces.keys()) bits[piece >> 3]! |= 0x80 >> (piece & 7);
    end.session.writer.heldPieces(bits);
    end.connection = this.#peer.connect(end.remote, true, 'neighbour');
    this.#connections[end.connection] = end;
    this.#peer.established(end.connection, true);
  }

  /** Sends the pieces and messages that the peer has queued. */
  #flush({ session, port, connection, isSending }: WireConnection): void {
    if (!isSending) return this.#post(session, port);
    while (this.#peer.countToSend(connection) > 0) {
      const piece = pieceOf(this.#peer.nextToSend(connection), 1);
      session.writer.piece(piece, 0, this.pieces.get(piece)!);
      this.#peer.blocksSent(connection, 1);
    }
    this.#post(session, port);
  }

  #post(session: WireSession, port: Port): void {
    for (let bytes = session.pollOutput(); bytes; bytes = session.pollOutput()) {
      this.transferredBytes += bytes.length;
      port.postMessage(bytes);
    }
  }

  // The peer calls these methods to send messages.

  get nowMs(): number {
    return performance.now();
  }

  choke(connection: Connection): void {
    this.#connections[connection]!.session.writer.choke();
  }

  unchoke(connection: Connection): void {
    this.#connections[connection]!.session.writer.unchoke();
  }

  interested(connection: Connection): void {
    this.#connections[connection]!.session.writer.interested();
  }

  notInterested(connection: Connection): void {
    this.#connections[connection]!.session.writer.notInterested();
  }

  have(connection: Connection, piece: PieceIndex): void {
    const { session } = this.#connections[connection]!;
    if (!session.state.ownPieces.has(piece)) session.writer.have(piece);
  }

  /** Does nothing: `#sendBitfield` has sent it. */
  bitfield(): void {}

  broadcastHave(piece: PieceIndex): void {
    for (const { connection } of this.#connections) {
      if (this.#peer.announcesOn(connection)) this.have(connection, piece);
    }
  }

  request(connection: Connection, block: BlockIndex): void {
    const { layout } = this.#options.torrent;
    const piece = pieceOf(block, 1);
    this.#connections[connection]!.session.writer.request(piece, 0, bytesOfPiece(layout, piece));
  }

  cancel(connection: Connection, block: BlockIndex): void {
    const { layout } = this.#options.torrent;
    const piece = pieceOf(block, 1);
    this.#connections[connection]!.session.writer.cancel(piece, 0, bytesOfPiece(layout, piece));
  }

  /** Is not called: without `allowedFastSet` the peer allows no pieces. */
  allowedFast(): void {}

  blocksBegun(): number {
    return 0;
  }

  shortenSending(): void {}

  startSending(connection: Connection): void {
    this.#connections[connection]!.isSending = true;
  }

  stopSending(connection: Connection): number {
    this.#connections[connection]!.isSending = false;
    return 0;
  }

  completed(): void {
    this.#finish();
  }

  /** Whoever becomes interested causes a rechoke. */
  rechokeSoon(): void {}

  /** The swarm has no leaders. */
  leaderStart(): void {}

  /** All peers are connected. */
  connectTo(): void {}
}
