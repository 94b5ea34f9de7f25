/**
 * Our session with the face of the npm package `bittorrent-protocol`: a duplex stream with events,
 * as its own tests want it. Between the stream and the session there are only names to translate,
 * and what that package keeps for its user: lists of requests, and their timeouts.
 *
 * Its tests connect a wire to itself, which a session refuses. So the session gets to hear
 * another peer id than was sent: the last bit of it is turned over on the way in.
 */

import { Duplex } from 'node:stream';

import {
  type ExtendedHandshake,
  HANDSHAKE_BYTES,
  HandshakeDecoder,
  type SessionEvent,
  type SessionTorrent,
  type Speaker,
  WireSession,
} from '@cachetorrent/protocol/wire';

/** That package knows no torrent's size: here every piece is held, and has room for any block. */
const SHAPE = { totalBytes: 2 ** 24, pieceBytes: 2 ** 14, pieceCount: 2 ** 10 };

type Answer = (error: Error | null, block?: Buffer) => void;

interface Pending {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
  readonly answer: Answer;
}

/** What a user of that package can plug in. */
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
    get: (piece) =>
      this.#waiting === undefined && this.#session!.conversation.theirPieces.has(piece),
  };
  readonly requests: Pending[] = [];
  readonly peerRequests: Omit<Pending, 'answer'>[] = [];

  #session: WireSession | undefined;
  /** Says what can be said only after the handshake. */
  #waiting: ((say: Speaker) => void)[] | undefined = [];
  /** The other side's handshake, told as soon as it is there, whether or not we have said ours. */
  readonly #theirs = new HandshakeDecoder();
  #heardBytes = 0;
  #sentBytes = 0;
  /** What came before we knew who we are. */
  readonly #early: Uint8Array[] = [];
  readonly #extensions = new Map<string, Extension>();
  #timeoutMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    super({ autoDestroy: false });
  }

  use(extension: ExtensionClass): void {
    const { name } = extension.prototype;
    if (name === undefined) throw new Error('an extension has a name');
    this.#extensions.set(name, new extension(this));
  }

  handshake(infoHash: Uint8Array | string, peerId: Uint8Array | string): void {
    const torrent: SessionTorrent = { infoHash: bytesOf(infoHash), shape: SHAPE };
    const isResponder = this.#heardBytes > 0;
    this.#session = new WireSession({
      side: isResponder
        ? { side: 'responder', torrentOf: () => torrent }
        : { side: 'dialler', torrent },
      peerId: bytesOf(peerId),
      nowMs: 0,
      fast: false,
      extensionIds: Object.fromEntries(
        [...this.#extensions.keys()].map((name, i) => [name, i + 1]),
      ),
    });
    for (const bytes of this.#early.splice(0)) this.#hear(bytes);
    this.#send();
  }

  unchoke(): void {
    this.amChoking = false;
    this.#say((say) => say.unchoke());
  }

  interested(): void {
    this.amInterested = true;
    this.#say((say) => say.interested());
  }

  have(piece: number): void {
    this.#say((say) => say.have(piece));
  }

  request(piece: number, begin: number, length: number, answer: Answer): void {
    this.requests.push({ piece, begin, length, answer });
    this.#say((say) => say.request(piece, begin, length));
    this.#watch();
  }

  extended(name: string, payload: Uint8Array): void {
    this.#say((say) => say.extended(name, payload));
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
    this.#greet(bytes);
    const last = HANDSHAKE_BYTES - 1 - this.#heardBytes;
    if (last >= 0 && last < bytes.length) bytes[last]! ^= 1;
    this.#heardBytes += bytes.length;
    if (this.#session === undefined) this.#early.push(bytes);
    else this.#hear(bytes);
    this.#send();
    done();
  }

  override _final(done: () => void): void {
    clearTimeout(this.#timer);
    for (const { answer } of this.requests.splice(0)) answer(new Error('the wire was closed'));
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

  #greet(bytes: Uint8Array): void {
    if (this.#theirs.peerId !== undefined) return;
    this.#theirs.push(bytes);
    const { infoHash, peerId, features } = this.#theirs;
    if (peerId === undefined) return;
    const told = [hexOf(infoHash!), hexOf(peerId), { extended: features!.extensions }] as const;
    this.emit('handshake', ...told);
    for (const extension of this.#extensions.values()) extension.onHandshake?.(...told);
  }

  #hear(bytes: Uint8Array): void {
    const session = this.#session!;
    session.receive(bytes, 0);
    for (let event = session.pollEvent(); event; event = session.pollEvent()) this.#tell(event);
  }

  #tell(event: SessionEvent): void {
    switch (event.type) {
      case 'handshake':
        return this.#met();
      case 'unchoke':
        this.peerChoking = false;
        return void this.emit('unchoke');
      case 'interested':
        this.peerInterested = true;
        return void this.emit('interested');
      case 'have':
        return void this.emit('have', event.piece);
      case 'request':
        return this.#asked({ ...event });
      case 'piece':
        return this.#answered({ ...event, block: Buffer.from(event.block) });
      case 'extended-handshake':
        return this.#extendedHandshake(event.handshake);
      case 'extended':
        return this.#extensions.get(event.name)?.onMessage?.(Buffer.from(event.payload));
      case 'closed':
        return void this.emit('error', new Error(event.detail));
      default:
        return undefined;
    }
  }

  #met(): void {
    const { say, conversation } = this.#session!;
    // That package leaves it to its user what is held.
    conversation.ourPieces.addAll();
    for (const words of this.#waiting!) words(say);
    this.#waiting = undefined;
  }

  #asked({ piece, begin, length }: Omit<Pending, 'answer'>): void {
    const request = { piece, begin, length };
    this.peerRequests.push(request);
    this.emit('request', piece, begin, length, (error: Error | null, block: Uint8Array) => {
      this.peerRequests.splice(this.peerRequests.indexOf(request), 1);
      this.#say((say) => {
        if (error === null) say.piece(piece, begin, block);
        else say.reject(piece, begin, length);
      });
    });
  }

  /** We say a request once, however often it is made: one block answers all of them. */
  #answered({ piece, begin, block }: { piece: number; begin: number; block: Buffer }): void {
    const isIt = (request: Pending): boolean => request.piece === piece && request.begin === begin;
    const answered = this.requests.filter(isIt);
    const left = this.requests.filter((request) => !isIt(request));
    this.requests.splice(0, this.requests.length, ...left);
    for (const { answer } of answered) answer(null, block);
    this.#watch();
  }

  #extendedHandshake({ extensions }: ExtendedHandshake): void {
    const handshake = { m: Object.fromEntries(extensions) };
    this.emit('extended', 'handshake', handshake);
    for (const extension of this.#extensions.values()) extension.onExtendedHandshake?.(handshake);
  }

  #say(words: (say: Speaker) => void): void {
    if (this.#waiting !== undefined) this.#waiting.push(words);
    else words(this.#session!.say);
    this.#send();
  }

  /** The handshake as a chunk of its own, as that package sends it. */
  #send(): void {
    const session = this.#session;
    for (let bytes = session?.pollOutput(); bytes; bytes = session?.pollOutput()) {
      const greeting = bytes.subarray(0, Math.max(0, HANDSHAKE_BYTES - this.#sentBytes));
      this.#sentBytes += bytes.length;
      if (greeting.length > 0) this.push(greeting);
      if (bytes.length > greeting.length) this.push(bytes.subarray(greeting.length));
    }
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#timeoutMs === 0 || this.requests.length === 0) return;
    this.#timer = setTimeout(() => {
      this.requests.shift()?.answer(new Error('nothing came in time'));
      this.emit('timeout');
      this.#watch();
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

// What `require` gets.
export { WireAdapter as 'module.exports' };
