/**
 * A peer among neighbours that send random messages, for properties that hold whatever they send.
 * The messages of a neighbour arrive in the order in which it sent them; the host knows of each
 * when it is sent.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import {
  type BlockIndex,
  type Connection,
  LIBTORRENT,
  type Quirks,
  Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
  type Role,
  wholePieces,
} from '../src/index.ts';
import { WHOLE_PIECES } from './test-swarm.ts';
import { DeferredHaves, type DeferredHavesHost, DELIVER, PeerTables } from '../src/internal.ts';

const PIECES = 40;
const NEIGHBOURS = 5;
/** The neighbour that asks a leader for relays to the others. */
const FOLLOWER = (NEIGHBOURS - 1) as Connection;

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly handle: () => void;
}

export interface RandomNeighboursOptions {
  readonly seed: string;
  readonly quirks?: Partial<Quirks>;
  readonly role?: Role;
  /** Whether the host defers each `have` when it is sent, or delivers it when it arrives. */
  readonly defersHaves: boolean;
}

export class RandomNeighbours implements PeerHost, DeferredHavesHost {
  nowMs = 0;
  nowOrder = -1;
  readonly peer: Peer;
  /** What the peer has sent, with times. */
  readonly sent: string[] = [];
  /** For each neighbour, the pieces that it has announced in messages that have arrived. */
  readonly announced: Set<number>[] = Array.from({ length: NEIGHBOURS }, () => new Set());
  /** For each neighbour, the pieces that the peer has requested from it. */
  readonly requested: Set<number>[] = Array.from({ length: NEIGHBOURS }, () => new Set());
  readonly unchoked: boolean[] = Array.from({ length: NEIGHBOURS }, () => false);
  readonly #deferredHaves: DeferredHaves | undefined;
  readonly #defersStored: boolean;
  readonly #events: Event[] = [];
  readonly #random: Random;
  #orders = 0;

  constructor({ seed, quirks, role = 'peer', defersHaves }: RandomNeighboursOptions) {
    this.#random = seededRandom(seed);
    const all = { ...WHOLE_PIECES, ...quirks };
    const tables = new PeerTables(PIECES, 1, 2);
    const deferredHaves = new DeferredHaves(tables, this, all.countDuplicateHaves);
    this.#deferredHaves = defersHaves ? deferredHaves : undefined;
    this.#defersStored = role === 'leader' && all.duplicateForwards;
    this.peer = new Peer(this, {
      layout: wholePieces(PIECES, 1),
      client: LIBTORRENT,
      uploadSlots: 2,
      optimisticSlots: 1,
      backlog: 3,
      choker: 'tit-for-tat',
      seedChoker: 'round-robin',
      quirks: all,
      requestPriority: 'within-rarity',
      role,
      leaders: role === 'follower' ? [0 as PeerId] : [],
      random: seededRandom(seed, 'peer'),
      connectionsExpected: 2,
      memory: { tables, row: 0, ...(defersHaves ? { deferredHaves } : {}) },
    });
    for (let n = 0; n < NEIGHBOURS; n++) {
      // The last neighbour of a leader is in its AS, and follows the others through it.
      const intraAs = role !== 'leader' || n === FOLLOWER;
      const connection = this.peer.connect(n as PeerId, intraAs, 'neighbour');
      this.peer.established(connection, true);
    }
  }

  /** Makes neighbours send `steps` messages; `check` is called after every event. */
  run(steps: number, check: () => void = () => {}): void {
    for (let step = 0; step < steps; step++) this.#at(step * 10, () => this.#sendRandom());
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.nowMs = event.atMs;
      this.nowOrder = event.order;
      event.handle();
      check();
    }
  }

  isRequestable(piece: number): boolean {
    const isRequested = this.requested.some((requested) => requested.has(piece));
    return !this.peer.hasPiece(piece as PieceIndex) && !isRequested;
  }

  /** Draws the same random numbers whatever the peer does. */
  #sendRandom(): void {
    const draw = (bound: number): number => this.#random.below(bound);
    const connection = draw(NEIGHBOURS) as Connection;
    const piece = draw(PIECES) as PieceIndex;
    const kind = draw(20);
    // Some messages arrive at the same time as others.
    const atMs = this.nowMs + 10 * (1 + draw(10));
    if (kind < 12) this.#have(connection, piece, atMs);
    else if (kind < 14) this.#at(atMs, () => this.#unchoke(connection));
    else if (kind < 15) this.#at(atMs, () => this.#choke(connection));
    else if (kind < 19) this.#at(atMs, () => this.#piece(connection));
    else this.#at(atMs, () => this.peer.leaderStart(FOLLOWER, connection as number as PeerId));
  }

  #have(connection: Connection, piece: PieceIndex, atMs: number): void {
    const order = this.#orders++;
    // For the checks: the piece counts as announced once the message has arrived.
    this.#at(atMs, () => this.announced[connection]!.add(piece), order + 0.5);
    const deferred = this.#deferredHaves;
    if (deferred === undefined || this.peer.hasToForward(connection, piece)) {
      this.deliver(0, connection, piece, atMs, order);
      return;
    }
    Object.assign(deferred, { atMs, order });
    const outcome = deferred.defer(0, connection, piece, this.#defersStored);
    if (outcome === DELIVER) this.deliver(0, connection, piece, atMs, order);
  }

  deliver(_: number, connection: Connection, piece: PieceIndex, atMs: number, order: number): void {
    this.#at(atMs, () => this.peer.have(connection, piece), order);
  }

  #unchoke(connection: Connection): void {
    this.unchoked[connection] = true;
    this.peer.unchoke(connection);
  }

  #choke(connection: Connection): void {
    this.unchoked[connection] = false;
    this.requested[connection]!.clear();
    this.peer.choke(connection);
  }

  /** Delivers the piece that was requested first. */
  #piece(connection: Connection): void {
    const [piece] = this.requested[connection]!;
    if (piece === undefined) return;
    this.requested[connection]!.delete(piece);
    this.peer.piece(connection, piece as BlockIndex, 1);
  }

  #at(atMs: number, handle: () => void, order = this.#orders++): void {
    const event = { atMs, order, handle };
    const after = this.#events.findIndex(
      (e) => e.atMs > atMs || (e.atMs === atMs && e.order > order),
    );
    this.#events.splice(after < 0 ? this.#events.length : after, 0, event);
  }

  #note(line: string): void {
    this.sent.push(`${this.nowMs}: ${line}`);
  }

  // Calls of the peer.

  request(connection: Connection, block: BlockIndex): void {
    this.requested[connection]!.add(block);
    this.#note(`request ${block} on ${connection}`);
  }
  choke = (connection: Connection): void => this.#note(`choke ${connection}`);
  unchoke = (connection: Connection): void => this.#note(`unchoke ${connection}`);
  interested = (connection: Connection): void => this.#note(`interested ${connection}`);
  notInterested = (connection: Connection): void => this.#note(`notInterested ${connection}`);
  have = (connection: Connection, piece: PieceIndex): void =>
    this.#note(`have ${piece} on ${connection}`);
  leaderStart = (connection: Connection, target: PeerId): void =>
    this.#note(`leaderStart ${target} on ${connection}`);
  broadcastHave = (piece: PieceIndex): void => this.#note(`have ${piece} to all`);
  startSending = (connection: Connection): void => this.#note(`starts sending on ${connection}`);
  bitfield = (connection: Connection): void => this.#note(`bitfield on ${connection}`);
  blocksBegun = (): number => 0;
  shortenSending = (): void => {};
  cancel = (connection: Connection, block: BlockIndex): void => {
    this.requested[connection]!.delete(block);
    this.#note(`cancel ${block} on ${connection}`);
  };
  stopSending = (connection: Connection): number => {
    this.#note(`stops sending on ${connection}`);
    return 0;
  };
  connectTo = (target: PeerId): void => this.#note(`connects to ${target}`);
  completed = (): void => this.#note('completed');
}
