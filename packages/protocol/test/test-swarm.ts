/**
 * A swarm of a few peers in memory. Messages are written to a transcript and delivered one at a
 * time, in the order in which they were sent. Time does not pass unless a test sets it.
 *
 *     const swarm = new TestSwarm(2);
 *     const [seed, leecher] = swarm.addPeers({ S: { holds: [0, 1] }, L: {} });
 *     swarm.connect('S', 'L');
 *     expect(swarm.deliverAll()).toBe('S → L  have(0)\n…');
 */

import { assert, type Random } from '@cachetorrent/std';

import {
  BLOCK_BYTES,
  type BlockIndex,
  type BlockLayout,
  blocksOf16KiB,
  CLIENT_QUIRKS,
  type Connection,
  LIBTORRENT,
  type Quirks,
  NO_CONNECTION,
  NO_BLOCK,
  type ConnectionPurpose,
  Peer,
  type PeerHost,
  type PeerId,
  type PeerOptions,
  type PieceIndex,
  type Role,
  wholePieces,
} from '../src/index.ts';

/**
 * Pieces are moved whole, as in the original; in all else the rules are those of clients. For blocks
 * set `quirks` to `CLIENT_QUIRKS` and `layout` to `fourBlocks`.
 */
export const WHOLE_PIECES: Quirks = {
  ...CLIENT_QUIRKS,
  wholePieces: true,
  haveForEachPiece: true,
  interestInRequestable: true,
  idleSlots: true,
};

/** A layout of `pieces` pieces of four blocks of 16 KiB. */
export function fourBlocks(pieces: number, lastPieceBlocks = 4): BlockLayout {
  return blocksOf16KiB(pieces, 4 * BLOCK_BITS, lastPieceBlocks * BLOCK_BITS);
}

export const BLOCK_BITS: number = 8 * BLOCK_BYTES;

/** Always draws the first: of equally rare pieces the one with the lowest index. */
export const alwaysFirst: Random = { below: () => 0, unit: () => 0 };

export interface PeerSetup {
  readonly asId?: number;
  readonly role?: Role;
  /** The names of the leaders of its AS. */
  readonly leaders?: readonly string[];
  /** The pieces that it holds from the start. */
  readonly holds?: readonly number[];
  /** The pieces that others let it request while they choke it; none by default. */
  readonly allowedFast?: readonly number[];
}

type Receive = (peer: Peer, connection: Connection) => void;

interface Remote {
  readonly host: TestHost;
  readonly connection: Connection;
}

interface SentMessage {
  readonly from: TestHost;
  readonly connection: Connection;
  readonly receive: Receive;
}

export class TestSwarm {
  readonly #options: Partial<PeerOptions>;
  readonly #pieceCount: number;
  readonly #quirks: Quirks;
  readonly #hosts: TestHost[] = [];
  readonly #inTransit: (SentMessage & { readonly to: Remote })[] = [];
  #transcript: string[] = [];
  nowMs = 0;

  constructor(pieceCount: number, options: Partial<PeerOptions> = {}) {
    this.#options = options;
    this.#pieceCount = pieceCount;
    this.#quirks = options.quirks ?? WHOLE_PIECES;
  }

  /** Adds peers by name; returns them in the same order. */
  addPeers(setups: Readonly<Record<string, PeerSetup>>): Peer[] {
    for (const [name, setup] of Object.entries(setups)) {
      this.#hosts.push(new TestHost(this, name, this.#hosts.length as PeerId, setup));
    }
    return Object.entries(setups).map(([name, setup]) => {
      const host = this.hostOf(name);
      const leaders = (setup.leaders ?? []).map((leader) => this.hostOf(leader).id);
      host.peer = new Peer(host, {
        client: LIBTORRENT,
        layout: wholePieces(this.#pieceCount, 1),
        uploadSlots: 4,
        optimisticSlots: 0,
        backlog: 2,
        choker: 'tit-for-tat',
        seedChoker: 'tit-for-tat',
        quirks: this.#quirks,
        requestPriority: 'within-rarity',
        random: alwaysFirst,
        connectionsExpected: 1,
        ...this.#options,
        role: setup.role ?? 'peer',
        leaders,
      });
      host.peer.restore((setup.holds ?? []) as PieceIndex[]);
      return host.peer;
    });
  }

  hostOf(peer: string | PeerId): TestHost {
    const found = this.#hosts.find(({ name, id }) => name === peer || id === peer);
    assert(found !== undefined, `${peer} is in the swarm`);
    return found;
  }

  /** Connects `a` to `b`. `purpose` is that of `a`; for `b`, `a` is a neighbour. */
  connect(a: string | PeerId, b: string | PeerId, purpose: ConnectionPurpose = 'neighbour'): void {
    const [one, other] = [this.hostOf(a), this.hostOf(b)];
    if (one.peer.connectionTo(other.id) !== NO_CONNECTION) return;
    const [ofOneInside, ofOtherInside] = [one.isInside(other), other.isInside(one)];
    const ofOne = one.peer.connect(other.id, ofOneInside, purpose);
    const ofOther = other.peer.connect(one.id, ofOtherInside, 'neighbour');
    one.remotes[ofOne] = { host: other, connection: ofOther };
    other.remotes[ofOther] = { host: one, connection: ofOne };
    one.peer.established(ofOne, ofOneInside);
    other.peer.established(ofOther, ofOtherInside);
  }

  /** Closes the connection between `a` and `b`; what is in transit on it is lost. */
  close(a: string, b: string): void {
    const [one, other] = [this.hostOf(a), this.hostOf(b)];
    const ends = [
      { host: one, connection: one.peer.connectionTo(other.id) },
      { host: other, connection: other.peer.connectionTo(one.id) },
    ];
    for (const { host, connection } of ends) {
      const remote = host.remotes[connection];
      host.peer.disconnect(connection);
      // The peer may have connected to another under the same number at once.
      if (host.remotes[connection] === remote) Reflect.deleteProperty(host.remotes, connection);
    }
  }

  /** `name` is gone: all its connections close, and nobody can connect to it. */
  crash(name: string): void {
    const gone = this.hostOf(name);
    gone.isGone = true;
    for (const { host } of Object.values(gone.remotes)) this.close(host.name, name);
  }

  /** Changes the role of a peer, as the tracker has told it. */
  setRole(name: string, role: Role, leaders: readonly string[] = []): void {
    const host = this.hostOf(name);
    const ids = leaders.map((leader) => this.hostOf(leader).id);
    const isIntraAs = (connection: Connection) => host.isInside(host.remotes[connection]!.host);
    for (const connection of host.peer.setRole(role, ids, isIntraAs)) {
      const theirs = host.remotes[connection]!.host.peer;
      for (let piece = 0; piece < this.#pieceCount; piece++) {
        if (theirs.hasPiece(piece as PieceIndex)) host.peer.have(connection, piece as PieceIndex);
      }
    }
  }

  send(message: SentMessage, line: string, arrow: string): void {
    const { from, connection } = message;
    const to = from.remotes[connection]!;
    this.#inTransit.push({ ...message, to });
    this.#transcript.push(`${from.name} ${arrow} ${to.host.name}  ${line}`);
  }

  note(line: string): void {
    this.#transcript.push(line);
  }

  /**
   * Delivers messages and sends pieces until nothing is left, or until `last` has been sent;
   * returns the transcript.
   */
  deliverAll(last?: string): string {
    for (;;) {
      if (last !== undefined && this.#transcript.at(-1) === last) break;
      const message = this.#inTransit.shift();
      if (message !== undefined) {
        const { from, connection, to, receive } = message;
        if (from.remotes[connection] === to) receive(to.host.peer, to.connection);
      } else if (!this.#hosts.some((host) => host.sendSpan())) {
        break;
      }
    }
    return this.takeTranscript();
  }

  /** Returns the transcript since the last call, and delivers nothing. */
  takeTranscript(): string {
    const lines = this.#transcript.join('\n');
    this.#transcript = [];
    return lines;
  }
}

export class TestHost implements PeerHost {
  readonly name: string;
  readonly id: PeerId;
  readonly asId: number;
  readonly setup: PeerSetup;
  /** For each connection the other host, and its number for the connection. */
  readonly remotes: Remote[] = [];
  isGone = false;
  readonly #swarm: TestSwarm;
  readonly #sending: Connection[] = [];
  /** How many blocks of the first span of each connection have been begun. */
  begunCount = 0;
  /** Whether the peer has asked for a rechoke. */
  willRechokeSoon = false;
  peer!: Peer;

  constructor(swarm: TestSwarm, name: string, id: PeerId, setup: PeerSetup) {
    const { asId = 0 } = setup;
    this.setup = setup;
    this.#swarm = swarm;
    this.name = name;
    this.id = id;
    this.asId = asId;
  }

  get nowMs(): number {
    return this.#swarm.nowMs;
  }

  /** Whether another host counts as one of its AS: it is there, or is a leader that it follows. */
  isInside({ id, asId }: TestHost): boolean {
    return asId === this.asId || this.peer.leaders.includes(id);
  }

  choke(connection: Connection): void {
    this.#send(connection, 'choke', (peer, theirs) => peer.choke(theirs));
  }
  unchoke(connection: Connection): void {
    this.#send(connection, 'unchoke', (peer, theirs) => peer.unchoke(theirs));
  }
  interested(connection: Connection): void {
    this.#send(connection, 'interested', (peer, theirs) => peer.interested(theirs));
  }
  notInterested(connection: Connection): void {
    this.#send(connection, 'not-interested', (peer, theirs) => peer.notInterested(theirs));
  }
  have(connection: Connection, piece: PieceIndex): void {
    this.#send(connection, `have(${piece})`, (peer, theirs) => peer.have(theirs, piece));
  }
  bitfield(connection: Connection, pieces: Uint32Array): void {
    const all = Array.from({ length: 32 * pieces.length }, (_, piece) => piece);
    const held = all.filter((piece) => (pieces[piece >>> 5]! & (1 << (piece & 31))) !== 0);
    const line = `bitfield(${held.join(' ')})`;
    this.#send(connection, line, (peer, theirs) => peer.bitfield(theirs, pieces));
  }
  request(connection: Connection, block: BlockIndex, count: number): void {
    const line = `request(${span(block, count)})`;
    this.#send(connection, line, (peer, theirs) => peer.request(theirs, block, count));
  }
  cancel(connection: Connection, block: BlockIndex, count: number): void {
    const line = `cancel(${span(block, count)})`;
    this.#send(connection, line, (peer, theirs) => peer.cancel(theirs, block, count));
  }
  allowedFast(connection: Connection, piece: PieceIndex): void {
    const line = `allowed-fast(${piece})`;
    this.#send(connection, line, (peer, theirs) => peer.allowedFast(theirs, piece));
  }
  allowedFastSet(connection: Connection, count: number): readonly PieceIndex[] {
    const { allowedFast = [] } = this.remotes[connection]!.host.setup;
    return allowedFast.slice(0, count) as PieceIndex[];
  }
  leaderStart(connection: Connection, target: PeerId): void {
    const line = `leader-start(${this.#swarm.hostOf(target).name})`;
    this.#send(connection, line, (peer, theirs) => peer.leaderStart(theirs, target));
  }

  broadcastHave(piece: PieceIndex): void {
    this.remotes.forEach((_, index) => {
      const connection = index as Connection;
      if (this.peer.announcesOn(connection)) this.have(connection, piece);
    });
  }

  startSending(connection: Connection): void {
    this.#sending.push(connection);
  }

  /** The blocks of a span are sent together, unless a test has set how many have been begun. */
  blocksBegun(connection: Connection): number {
    return Math.min(this.begunCount, this.peer.countToSend(connection));
  }

  shortenSending(connection: Connection): void {
    const to = this.remotes[connection]!.host.name;
    const left = span(this.peer.nextToSend(connection), this.peer.countToSend(connection));
    this.#swarm.note(`${this.name} shortens what it sends to ${to}: ${left}`);
  }

  stopSending(connection: Connection): number {
    this.#sending.splice(this.#sending.indexOf(connection), 1);
    this.#swarm.note(`${this.name} stops sending to ${this.remotes[connection]!.host.name}`);
    return 0;
  }

  connectTo(target: PeerId): void {
    const intraAs = this.isInside(this.#swarm.hostOf(target));
    this.#swarm.note(`${this.name} connects to ${this.#swarm.hostOf(target).name}`);
    if (this.#swarm.hostOf(target).isGone) this.peer.unreachable(target);
    else this.#swarm.connect(this.id, target, intraAs ? 'neighbour' : 'relay');
  }

  needsLeaders(): void {
    this.#swarm.note(`${this.name} needs leaders`);
  }

  rechokeSoon(): void {
    this.willRechokeSoon = true;
  }

  completed(): void {
    this.#swarm.note(`${this.name} is complete`);
  }

  /** Sends one span on the first connection that has any; returns false if none has. */
  sendSpan(): boolean {
    const connection = this.#sending[0];
    if (connection === undefined) return false;
    const block = this.peer.nextToSend(connection);
    const count = this.peer.countToSend(connection);
    const line = `piece(${span(block, count)})`;
    this.#send(connection, line, (peer, theirs) => peer.piece(theirs, block, count), '⇒');
    this.peer.blocksSent(connection, count);
    if (this.peer.nextToSend(connection) === NO_BLOCK) this.#sending.shift();
    return true;
  }

  #send(connection: Connection, line: string, receive: Receive, arrow = '→'): void {
    this.#swarm.send({ from: this, connection, receive }, line, arrow);
  }
}

/** `17` for one block, `16..31` for several. */
function span(block: BlockIndex, count: number): string {
  return count === 1 ? `${block}` : `${block}..${block + count - 1}`;
}
