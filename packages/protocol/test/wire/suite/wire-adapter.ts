/**
 * Our session with the interface of the npm package `bittorrent-protocol`: a duplex stream with
 * events, as that package's tests expect. The adapter translates names, and keeps what the package
 * keeps for its user: lists of requests and their timeouts.
 *
 * The tests connect a wire to itself, which a session refuses. So the adapter flips the last bit of
 * the peer id that the session receives.
 */

import { Duplex } from 'node:stream';

import {
  type ExtendedHandshake,
  HANDSHAKE_BYTES,
  HandshakeDecoder,
  type SessionEvent,
  type SessionTorrent,
  type MessageWriter,
  WireSession,
} from '@cachetorrent/protocol/wire';

/** That package does not know the size of a torrent: this layout has room for every block. */
const LAYOUT = { totalBytes: 2 ** 24, pieceBytes: 2 ** 14, pieceCount: 2 ** 10 };

type Callback = (error: Error | null, block?: Buffer) => void;

interface PendingRequest {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
  readonly callback: Callback;
}

/** An extension of that package. */
interface Extension {
  onHandshake?(infoHash: string, peerId: string, features: object): void;
  onExtendedHandshake?(handshake: object): void;
  onMessage?(payload: Buffer): void;
}

type ExtensionClass = (new (
  wire: WireAdapter,
) => Extension) & {
  readonly prototype: { readonly name?: string };
};

export class WireAdapter extends Duplex {
  amChoking = true;
  amInterested = false;
  peerChoking = true;
  peerInterested = false;
  readonly peerPieces: { get(piece: number): boolean } = {
    get: (piece) => this.#deferred === undefined && this.#session!.state.peerPieces.has(piece),
  };
  readonly requests: PendingRequest[] = [];
  readonly peerRequests: Omit<PendingRequest, 'callback'>[] = [];

  #session: WireSession | undefined;
  /** Messages to send after the handshake; undefined once it is complete. */
  #deferred: ((writer: MessageWriter) => void)[] | undefined = [];
  /** The remote handshake, reported as soon as it is complete, even before ours is sent. */
  readonly #remoteHandshake = new HandshakeDecoder();
  #receivedBytes = 0;
  #sentBytes = 0;
  /** Bytes that arrived before `handshake` was called. */
  readonly #undelivered: Uint8Array[] = [];
  readonly #extensions = new Map<string, Extension>();
  #timeoutMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    super({ autoDestroy: false });
  }

  use(extension: ExtensionClass): void {
    const { name } = extension.prototype;
    if (name === undefined) throw new Error('an extension must have a name');
    this.#extensions.set(name, new extension(this));
  }

  handshake(infoHash: Uint8Array | string, peerId: Uint8Array | string): void {
    const torrent: SessionTorrent = { infoHash: bytesOf(infoHash), layout: LAYOUT };
    const isResponder = this.#receivedBytes > 0;
    this.#session = new WireSession({
      ...(isResponder
        ? { role: 'responder', torrentOf: () => torrent }
        : { role: 'initiator', torrent }),
      peerId: bytesOf(peerId),
      nowMs: 0,
      fast: false,
      extensionIds: Object.fromEntries(
        [...this.#extensions.keys()].map((name, i) => [name, i + 1]),
      ),
    });
    for (const bytes of this.#undelivered.splice(0)) this.#receive(bytes);
    this.#send();
  }

  unchoke(): void {
    this.amChoking = false;
    this.#write((writer) => writer.unchoke());
  }

  interested(): void {
    this.amInterested = true;
    this.#write((writer) => writer.interested());
  }

  have(piece: number): void {
    this.#write((writer) => writer.have(piece));
  }

  request(piece: number, begin: number, length: number, callback: Callback): void {
    this.requests.push({ piece, begin, length, callback });
    this.#write((writer) => writer.request(piece, begin, length));
    this.#restartTimer();
  }

  extended(name: string, payload: Uint8Array): void {
    this.#write((writer) => writer.extended(name, payload));
  }

  setTimeout(ms: number): void {
    this.#timeoutMs = ms;
  }

  override destroy(): this {
    this.end();
    return this;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _: string, done: () => void): void {
    const bytes = Uint8Array.from(chunk);
    this.#decodeHandshake(bytes);
    const last = HANDSHAKE_BYTES - 1 - this.#receivedBytes;
    if (last >= 0 && last < bytes.length) bytes[last]! ^= 1;
    this.#receivedBytes += bytes.length;
    if (this.#session === undefined) this.#undelivered.push(bytes);
    else this.#receive(bytes);
    this.#send();
    done();
  }

  override _final(done: () => void): void {
    clearTimeout(this.#timer);
    for (const { callback } of this.requests.splice(0)) callback(new Error('the wire is closed'));
    if (!this.peerChoking) {
      this.peerChoking = true;
      this.emit('choke');
    }
    if (this.peerInterested) {
      this.peerInterested = false;
      this.emit('uninterested');
    }
    this.push(null);
    done();
  }

  #decodeHandshake(bytes: Uint8Array): void {
    if (this.#remoteHandshake.peerId !== undefined) return;
    this.#remoteHandshake.push(bytes);
    const { infoHash, peerId, features } = this.#remoteHandshake;
    if (peerId === undefined) return;
    const reported = [hexOf(infoHash!), hexOf(peerId), { extended: features!.extensions }] as const;
    this.emit('handshake', ...reported);
    for (const extension of this.#extensions.values()) extension.onHandshake?.(...reported);
  }

  #receive(bytes: Uint8Array): void {
    const session = this.#session!;
    session.receive(bytes, 0);
    for (let event = session.pollEvent(); event; event = session.pollEvent()) this.#handle(event);
  }

  #handle(event: SessionEvent): void {
    switch (event.type) {
      case 'handshake':
        return this.#onHandshake();
      case 'unchoke':
        this.peerChoking = false;
        return void this.emit('unchoke');
      case 'interested':
        this.peerInterested = true;
        return void this.emit('interested');
      case 'have':
        return void this.emit('have', event.piece);
      case 'request':
        return this.#onRequest({ ...event });
      case 'piece':
        return this.#onBlock({ ...event, block: Buffer.from(event.block) });
      case 'extended-handshake':
        return this.#onExtendedHandshake(event.handshake);
      case 'extended':
        return this.#extensions.get(event.name)?.onMessage?.(Buffer.from(event.payload));
      case 'closed':
        return void this.emit('error', new Error(event.detail));
      default:
        return undefined;
    }
  }

  #onHandshake(): void {
    const { writer, state } = this.#session!;
    // That package does not track which pieces are held: allow every request.
    state.ownPieces.addAll();
    for (const write of this.#deferred!) write(writer);
    this.#deferred = undefined;
  }

  #onRequest({ piece, begin, length }: Omit<PendingRequest, 'callback'>): void {
    const request = { piece, begin, length };
    this.peerRequests.push(request);
    this.emit('request', piece, begin, length, (error: Error | null, block: Uint8Array) => {
      this.peerRequests.splice(this.peerRequests.indexOf(request), 1);
      this.#write((writer) => {
        if (error === null) writer.piece(piece, begin, block);
        else writer.reject(piece, begin, length);
      });
    });
  }

  /** A session sends equal requests once: one block answers all of them. */
  #onBlock({ piece, begin, block }: { piece: number; begin: number; block: Buffer }): void {
    const isAnswered = (request: PendingRequest): boolean =>
      request.piece === piece && request.begin === begin;
    const answered = this.requests.filter(isAnswered);
    const left = this.requests.filter((request) => !isAnswered(request));
    this.requests.splice(0, this.requests.length, ...left);
    for (const { callback } of answered) callback(null, block);
    this.#restartTimer();
  }

  #onExtendedHandshake({ extensions }: ExtendedHandshake): void {
    const handshake = { m: Object.fromEntries(extensions) };
    this.emit('extended', 'handshake', handshake);
    for (const extension of this.#extensions.values()) extension.onExtendedHandshake?.(handshake);
  }

  #write(write: (writer: MessageWriter) => void): void {
    if (this.#deferred !== undefined) this.#deferred.push(write);
    else write(this.#session!.writer);
    this.#send();
  }

  /** Sends the output; the handshake is a separate chunk, as that package sends it. */
  #send(): void {
    const session = this.#session;
    for (let bytes = session?.pollOutput(); bytes; bytes = session?.pollOutput()) {
      const handshake = bytes.subarray(0, Math.max(0, HANDSHAKE_BYTES - this.#sentBytes));
      this.#sentBytes += bytes.length;
      if (handshake.length > 0) this.push(handshake);
      if (bytes.length > handshake.length) this.push(bytes.subarray(handshake.length));
    }
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    if (this.#timeoutMs === 0 || this.requests.length === 0) return;
    this.#timer = setTimeout(() => {
      this.requests.shift()?.callback(new Error('the request timed out'));
      this.emit('timeout');
      this.#restartTimer();
    }, this.#timeoutMs);
    this.#timer.unref();
  }
}

function bytesOf(value: Uint8Array | string): Uint8Array {
  return Uint8Array.from(typeof value === 'string' ? Buffer.from(value, 'hex') : value);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

// The result of `require`.
export { WireAdapter as 'module.exports' };
