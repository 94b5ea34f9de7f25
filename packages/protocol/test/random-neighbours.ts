/**
 * A peer among neighbours that say what they like, drawn by chance: for properties that hold
 * whatever is said. Messages of a neighbour arrive in the order in which it sent them; a host
 * hears of them when they are sent.
 */

import { type Random, seededRandom } from '@cachetorrent/std';

import {
  CLIENT_QUIRKS,
  type Connection,
  DeferredHaves,
  type DeferredHavesHost,
  type Quirks,
  DELIVER,
  Peer,
  type PeerHost,
  type PeerId,
  PeerTables,
  type PieceIndex,
  type Role,
} from '../src/index.ts';

const PIECES = 40;
const NEIGHBOURS = 5;
/** Of a leader, the neighbour that asks to reach others through it. */
const FOLLOWER = (NEIGHBOURS - 1) as Connection;

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly happens: () => void;
}

export interface RandomNeighboursOptions {
  readonly seed: string;
  readonly quirks?: Partial<Quirks>;
  readonly role?: Role;
  /** Every `have` is handed over when it is sent, not when it arrives. */
  readonly defersHaves: boolean;
}

export class RandomNeighbours implements PeerHost, DeferredHavesHost {
  nowMs = 0;
  nowOrder = -1;
  readonly peer: Peer;
  /** All that the peer has said, with the time. */
  readonly sent: string[] = [];
  /** What neighbours have said that they have, as far as it has arrived; what they were asked. */
  readonly announced: Set<number>[] = Array.from({ length: NEIGHBOURS }, () => new Set());
  readonly requested: Set<number>[] = Array.from({ length: NEIGHBOURS }, () => new Set());
  readonly unchoked: boolean[] = Array.from({ length: NEIGHBOURS }, () => false);
  readonly #early: DeferredHaves | undefined;
  readonly #keepsHeld: boolean;
  readonly #events: Event[] = [];
  readonly #random: Random;
  #orders = 0;

  constructor({ seed, quirks, role = 'peer', defersHaves }: RandomNeighboursOptions) {
    this.#random = seededRandom(seed);
    const all = { ...CLIENT_QUIRKS, ...quirks };
    const tables = new PeerTables(PIECES, 1, 2);
    this.#early = defersHaves
      ? new DeferredHaves(tables, this, all.countDuplicateHaves)
      : undefined;
    this.#keepsHeld = role === 'leader' && all.duplicateForwards;
    this.peer = new Peer(this, {
      pieceCount: PIECES,
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
      memory: { tables, row: 0, ...(defersHaves ? { deferredHaves: this.#early! } : {}) },
    });
    for (let n = 0; n < NEIGHBOURS; n++) {
      // The last one of a leader is of its AS and follows the others through it.
      const on = this.peer.connect(
        n as PeerId,
        role !== 'leader' || n === NEIGHBOURS - 1,
        'neighbour',
      );
      this.peer.established(on, true);
    }
  }

  /** Lets neighbours say something `steps` times; `check` is called after every event. */
  run(steps: number, check: () => void = () => {}): void {
    for (let step = 0; step < steps; step++) this.#at(step * 10, () => this.#neighbourSpeaks());
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.nowMs = event.atMs;
      this.nowOrder = event.order;
      event.happens();
      check();
    }
  }

  isRequestable(piece: number): boolean {
    return (
      !this.peer.hasPiece(piece as PieceIndex) && !this.requested.some((asked) => asked.has(piece))
    );
  }

  /** Draws the same, whatever the peer does. */
  #neighbourSpeaks(): void {
    const draw = (bound: number): number => this.#random.below(bound);
    const on = draw(NEIGHBOURS) as Connection;
    const piece = draw(PIECES) as PieceIndex;
    const what = draw(20);
    // A few of them arrive at the same instant as others.
    const atMs = this.nowMs + 10 * (1 + draw(10));
    if (what < 12) this.#have(on, piece, atMs);
    else if (what < 14) this.#at(atMs, () => this.#unchoke(on));
    else if (what < 15) this.#at(atMs, () => this.#choke(on));
    else if (what < 19) this.#at(atMs, () => this.#piece(on));
    else this.#at(atMs, () => this.peer.leaderStart(FOLLOWER, on as number as PeerId));
  }

  #have(on: Connection, piece: PieceIndex, atMs: number): void {
    const order = this.#orders++;
    // For the checks: once it has arrived, it has been told.
    this.#at(atMs, () => this.announced[on]!.add(piece), order + 0.5);
    const early = this.#early;
    const isLate = early === undefined || this.peer.hasToForward(on, piece);
    if (!isLate) Object.assign(early, { atMs, order });
    const fate = isLate ? DELIVER : early.defer(0, on, piece, this.#keepsHeld);
    if (fate === DELIVER) this.deliver(0, on, piece, atMs, order);
  }

  deliver(_: number, on: Connection, piece: PieceIndex, atMs: number, order: number): void {
    this.#at(atMs, () => this.peer.have(on, piece), order);
  }

  #unchoke(on: Connection): void {
    this.unchoked[on] = true;
    this.peer.unchoke(on);
  }

  #choke(on: Connection): void {
    this.unchoked[on] = false;
    this.requested[on]!.clear();
    this.peer.choke(on);
  }

  /** What it was asked for first arrives. */
  #piece(on: Connection): void {
    const [piece] = this.requested[on]!;
    if (piece === undefined) return;
    this.requested[on]!.delete(piece);
    this.peer.piece(on, piece as PieceIndex);
  }

  #at(atMs: number, happens: () => void, order = this.#orders++): void {
    const event = { atMs, order, happens };
    const after = this.#events.findIndex(
      (e) => e.atMs > atMs || (e.atMs === atMs && e.order > order),
    );
    this.#events.splice(after < 0 ? this.#events.length : after, 0, event);
  }

  #note(line: string): void {
    this.sent.push(`${this.nowMs}: ${line}`);
  }

  // What the peer says.

  request(on: Connection, piece: PieceIndex): void {
    this.requested[on]!.add(piece);
    this.#note(`request ${piece} of ${on}`);
  }
  choke = (on: Connection): void => this.#note(`choke ${on}`);
  unchoke = (on: Connection): void => this.#note(`unchoke ${on}`);
  interested = (on: Connection): void => this.#note(`interested ${on}`);
  notInterested = (on: Connection): void => this.#note(`notInterested ${on}`);
  have = (on: Connection, piece: PieceIndex): void => this.#note(`have ${piece} to ${on}`);
  leaderStart = (on: Connection, target: PeerId): void => this.#note(`leaderStart ${target} ${on}`);
  broadcastHave = (piece: PieceIndex): void => this.#note(`have ${piece} to all`);
  startSending = (on: Connection): void => this.#note(`starts sending on ${on}`);
  stopSending = (on: Connection): void => this.#note(`stops sending on ${on}`);
  connectTo = (target: PeerId): void => this.#note(`reaches ${target}`);
  completed = (): void => this.#note('completed');
}
