/**
 * A peer among neighbours that send random messages, for properties that hold whatever they send.
 * The messages of a neighbour arrive in the order in which it sent them; the host knows of each
 * when it is sent. Which messages are sent does not depend on what the peer does, except that a
 * neighbour sends the blocks that are requested first.
 */

import { assert, type Random, seededRandom } from '@cachetorrent/std';

import {
  type BlockIndex,
  type BlockLayout,
  blocksOf16KiB,
  blocksOfPiece,
  type ClientOptions,
  type Connection,
  LIBTORRENT,
  NO_PIECE,
  type Quirks,
  Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
  type Role,
  wholePieces,
} from '../src/index.ts';
import { BLOCK_BITS, WHOLE_PIECES } from './test-swarm.ts';
import { DeferredHaves, type DeferredHavesHost, DELIVER, PeerTables } from '../src/internal.ts';

const NEIGHBOURS = 5;
/** The neighbour that asks a leader for relays to the others. */
const FOLLOWER = (NEIGHBOURS - 1) as Connection;
/** Rates that `arriving` reports: of a slow connection, and of fast ones. */
const RATES_KBPS = [0, 20, 500, 3_000] as const;

/** libtorrent's choices, but for those that give these tests too little to see. */
const OF_CLIENT: Partial<ClientOptions> = { requestTimeoutMs: 500, endgameCancels: true };

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly handle: () => void;
}

export interface RandomNeighboursOptions {
  readonly seed: string;
  readonly quirks?: Partial<Quirks>;
  readonly client?: Partial<ClientOptions>;
  readonly role?: Role;
  /** Whether the host defers each `have` when it is sent, or delivers it when it arrives. */
  readonly defersHaves: boolean;
  readonly hostVerifies?: boolean;
  /** Whether neighbours also leave, and withdraw pieces. */
  readonly withdraws?: boolean;
  /** A peer that has left, whose row in the tables this one gets. */
  readonly after?: RandomNeighbours;
  /** Whether neighbours also let the peer request pieces while they choke it. */
  readonly allowsFast?: boolean;
  /** Whether the role of the peer changes, and its leaders. The first two neighbours are in its AS. */
  readonly changesRoles?: boolean;
}

export class RandomNeighbours implements PeerHost, DeferredHavesHost {
  nowMs = 0;
  nowOrder = -1;
  readonly peer: Peer;
  readonly layout: BlockLayout;
  /** Whether the peer cancels what has arrived elsewhere. */
  readonly cancels: boolean;
  /** What the peer has sent, with times. */
  readonly sent: string[] = [];
  /** For each neighbour, the pieces that it has announced in messages that have arrived. */
  readonly announced: Set<number>[] = sets();
  /** For each neighbour, the blocks that the peer has requested from it. */
  readonly requested: Set<number>[] = sets();
  /** The blocks that have arrived, of pieces that are stored or not. */
  readonly received: Set<number> = new Set();
  /** How many blocks have been requested on choked connections. */
  requestsWhileChoked = 0;
  readonly unchoked: boolean[] = Array.from({ length: NEIGHBOURS }, () => false);
  /** For each neighbour, the pieces that the peer lacks and may request while choked. */
  readonly allowed: Set<number>[] = sets();
  readonly #allowsFast: boolean;
  readonly #tables: PeerTables;
  readonly #strict: boolean;
  readonly #wholePieces: boolean;
  readonly #withdraws: boolean;
  readonly #changesRoles: boolean;
  /** For each neighbour what it holds, whether the peer has heard of it or not. */
  readonly #held: Set<number>[] = sets();
  readonly #deferredHaves: DeferredHaves | undefined;
  readonly #defersStored: boolean;
  readonly #events: Event[] = [];
  readonly #random: Random;
  /** The blocks that chokes have lost, which may arrive nevertheless, with their neighbours. */
  readonly #lost: { connection: Connection; block: number }[] = [];
  /** For each neighbour, how often it has left: messages from before are not delivered. */
  readonly #lives: number[] = Array.from({ length: NEIGHBOURS }, () => 0);
  readonly #hostVerifies: boolean;
  /** The piece whose `have` is being handled. */
  #arrivingPiece = NO_PIECE;
  #orders = 0;

  constructor(options: RandomNeighboursOptions) {
    const { seed, quirks, role = 'peer', defersHaves } = options;
    const { hostVerifies = false, withdraws = false } = options;
    const { allowsFast = false, changesRoles = false } = options;
    this.#random = seededRandom(seed);
    const all = { ...WHOLE_PIECES, ...quirks };
    // The last piece of the others is shorter, and so is its last block.
    this.layout = all.wholePieces
      ? wholePieces(40, 1)
      : blocksOf16KiB(12, 5 * BLOCK_BITS, 2.5 * BLOCK_BITS);
    const { pieceCount } = this.layout;
    const tables = options.after?.leave() ?? new PeerTables(pieceCount, 1, 2);
    const deferredHaves = new DeferredHaves(tables, this, all.countDuplicateHaves);
    const client = { ...LIBTORRENT, ...OF_CLIENT, ...options.client };
    this.#tables = tables;
    this.cancels = client.endgameCancels;
    this.#strict = client.endgame === 'strict';
    this.#wholePieces = all.wholePieces;
    this.#withdraws = withdraws;
    this.#allowsFast = allowsFast;
    this.#changesRoles = changesRoles;
    this.#hostVerifies = hostVerifies;
    this.#deferredHaves = defersHaves ? deferredHaves : undefined;
    this.#defersStored = role === 'leader' && all.duplicateForwards;
    this.peer = new Peer(this, {
      layout: this.layout,
      client,
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
      hostVerifies,
      memory: { tables, row: 0, ...(defersHaves ? { deferredHaves } : {}) },
    });
    for (let n = 0; n < NEIGHBOURS; n++) this.#connect(n, role);
  }

  /** The peer leaves; returns the tables in which another may have its row. */
  leave(): PeerTables {
    this.peer.leave();
    return this.#tables;
  }

  #connect(n: number, role: Role): void {
    const intraAs = this.#isIntraAs(n, role);
    const connection = this.peer.connect(n as PeerId, intraAs, 'neighbour');
    assert(connection === n, 'the number of a connection that is closed is used again');
    this.peer.established(connection, this.#changesRoles ? intraAs : true);
  }

  #isIntraAs(n: number, role: Role): boolean {
    if (this.#changesRoles) return n < 2 || n === FOLLOWER;
    // The last neighbour of a leader is in its AS, and follows the others through it.
    return role !== 'leader' || n === FOLLOWER;
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

  // What the peer should know, by a plain model.

  blocksOf(piece: number): number[] {
    const first = piece * this.layout.blocksPerPiece;
    return Array.from({ length: blocksOfPiece(this.layout, piece) }, (_, i) => first + i);
  }

  /** Whether a block is neither requested nor received. */
  isFree(block: number): boolean {
    return !this.received.has(block) && !this.requested.some((blocks) => blocks.has(block));
  }

  /** Whether `piece` should be requestable: it is not stored, and one of its blocks is free. */
  isRequestable(piece: number): boolean {
    if (this.peer.hasPiece(piece as PieceIndex)) return false;
    return this.blocksOf(piece).some((block) => this.isFree(block));
  }

  /** Whether `piece` is requestable as the peer knows it. */
  isMarkedRequestable(piece: number): boolean {
    return (this.#tables.requestable[piece >>> 5]! & (1 << (piece & 31))) !== 0;
  }

  #isUnderWay(piece: number): boolean {
    if (this.peer.hasPiece(piece as PieceIndex)) return true;
    return this.blocksOf(piece).some((block) => !this.isFree(block));
  }

  // The neighbours.

  /** Draws the same random numbers whatever the peer does. */
  #sendRandom(): void {
    const draw = (bound: number): number => this.#random.below(bound);
    const connection = draw(NEIGHBOURS) as Connection;
    const piece = draw(this.layout.pieceCount) as PieceIndex;
    const kind = draw(30);
    const amount = draw(8);
    // Some messages arrive at the same time as others.
    const atMs = this.nowMs + 10 * (1 + draw(10));
    const life = this.#lives[connection]!;
    const send = (handle: () => void) =>
      this.#at(atMs, () => this.#lives[connection] === life && handle());
    if (kind < 12) this.#have(connection, piece, atMs);
    else if (kind < 14) send(() => this.#unchoke(connection));
    else if (kind < 15) send(() => this.#choke(connection));
    else if (kind < 20) send(() => this.#sendRequested(connection, 1 + amount));
    else if (kind < 21) {
      send(() => this.peer.leaderStart(FOLLOWER, connection as number as PeerId));
    } else if (kind < 23) send(() => this.peer.rechoke());
    else if (this.#wholePieces) return;
    else if (kind < 25) send(() => this.#sendLost());
    else if (kind < 26) send(() => this.#receive(connection, this.blocksOf(piece)[0]!, 1));
    else if (kind < 28) send(() => this.#arrive(connection, amount));
    else if (this.#withdraws && kind < 29) send(() => this.#withdraw(connection, piece));
    else if (this.#withdraws && amount === 0) send(() => this.#leave(connection));
    else if (this.#changesRoles && amount % 2 === 1) send(() => this.#changeRole(amount));
    else if (this.#allowsFast) send(() => this.#allowFast(connection, piece));
  }

  #have(connection: Connection, piece: PieceIndex, atMs: number): void {
    const order = this.#orders++;
    const life = this.#lives[connection]!;
    // For the checks: the piece counts as announced once the message has arrived.
    const announce = () => {
      if (this.#lives[connection] !== life) return;
      this.#held[connection]!.add(piece);
      if (this.peer.mayDownloadOn(connection)) this.announced[connection]!.add(piece);
    };
    this.#at(atMs, announce, order + 0.5);
    const deferred = this.#deferredHaves;
    // What is irrelevant now, without permission to download, may be relevant when it arrives.
    const isForbidden = this.#changesRoles && !this.peer.mayDownloadOn(connection);
    if (deferred === undefined || isForbidden || this.peer.hasToForward(connection, piece)) {
      this.deliver(0, connection, piece, atMs, order);
      return;
    }
    Object.assign(deferred, { atMs, order });
    const outcome = deferred.defer(0, connection, piece, this.#defersStored);
    if (outcome === DELIVER) this.deliver(0, connection, piece, atMs, order);
  }

  deliver(_: number, connection: Connection, piece: PieceIndex, atMs: number, order: number): void {
    const life = this.#lives[connection]!;
    const handle = () => {
      if (this.#lives[connection] !== life) return;
      this.#arrivingPiece = piece;
      this.peer.have(connection, piece);
      this.#arrivingPiece = NO_PIECE;
    };
    this.#at(atMs, handle, order);
  }

  #unchoke(connection: Connection): void {
    this.unchoked[connection] = true;
    this.peer.unchoke(connection);
  }

  #choke(connection: Connection): void {
    this.unchoked[connection] = false;
    const requested = this.requested[connection]!;
    for (const block of requested) {
      if (this.#isAllowed(connection, block)) continue;
      this.#lost.push({ connection, block });
      requested.delete(block);
    }
    this.peer.choke(connection);
  }

  #allowFast(connection: Connection, piece: PieceIndex): void {
    const mayDownload = this.peer.mayDownloadOn(connection);
    if (mayDownload && !this.peer.hasPiece(piece)) this.allowed[connection]!.add(piece);
    this.peer.allowedFast(connection, piece);
  }

  #isAllowed(connection: Connection, block: number): boolean {
    return this.allowed[connection]!.has(Math.floor(block / this.layout.blocksPerPiece));
  }

  /** Sends up to `most` blocks of the span that was requested first. */
  #sendRequested(connection: Connection, most: number): void {
    const requested = this.requested[connection]!;
    const [first] = requested;
    if (first === undefined) return;
    const end = (Math.floor(first / this.layout.blocksPerPiece) + 1) * this.layout.blocksPerPiece;
    let count = 1;
    while (count < most && first + count < end && requested.has(first + count)) count++;
    this.#receive(connection, first, count);
  }

  /** A block that was begun before a choke arrives after it. */
  #sendLost(): void {
    const lost = this.#lost.shift();
    if (lost !== undefined) this.#receive(lost.connection, lost.block, 1);
  }

  #receive(connection: Connection, first: number, count: number): void {
    const piece = Math.floor(first / this.layout.blocksPerPiece);
    for (let block = first; block < first + count; block++) {
      this.requested[connection]!.delete(block);
      this.received.add(block);
    }
    this.peer.piece(connection, first as BlockIndex, count);
    if (this.#hostVerifies && this.peer.isReceived(piece as PieceIndex)) this.#verify(piece);
  }

  /** The host verifies a piece, which takes a while; two of seven are damaged. */
  #verify(piece: number): void {
    this.#at(this.nowMs + 30, () => {
      if (!this.peer.isReceived(piece as PieceIndex)) return;
      if ((piece + this.nowMs / 10) % 7 >= 2) return this.peer.verified(piece as PieceIndex);
      // All of it, or what one peer has sent.
      const blocks = this.blocksOf(piece).slice((this.nowMs / 10) % 3);
      for (const block of blocks) {
        this.received.delete(block);
        // Without cancels, some may be requested still.
        for (const requested of this.requested) requested.delete(block);
      }
      this.peer.discard(blocks[0] as BlockIndex, blocks.length);
    });
  }

  #arrive(connection: Connection, amount: number): void {
    const kbps = RATES_KBPS[amount % RATES_KBPS.length]!;
    this.peer.arriving(connection, amount * 0.3 * BLOCK_BITS, kbps);
  }

  #withdraw(connection: Connection, piece: PieceIndex): void {
    this.announced[connection]!.delete(piece);
    this.allowed[connection]!.delete(piece);
    this.#held[connection]!.delete(piece);
    for (const block of this.blocksOf(piece)) this.requested[connection]!.delete(block);
    this.peer.dontHave(connection, piece);
  }

  /** A neighbour leaves, and comes back with nothing. */
  #leave(connection: Connection): void {
    this.#lives[connection]!++;
    this.unchoked[connection] = false;
    this.announced[connection]!.clear();
    this.allowed[connection]!.clear();
    this.#held[connection]!.clear();
    this.requested[connection]!.clear();
    this.peer.disconnect(connection);
    this.#connect(connection, this.peer.role);
  }

  /** The tracker names another role, or other leaders. */
  #changeRole(amount: number): void {
    const leaders = [(amount >> 1) % 2] as PeerId[];
    if (amount < 2) return this.peer.setLeaders(leaders);
    const role = amount < 5 ? 'leader' : amount < 7 ? 'follower' : 'peer';
    const isIntraAs = (connection: Connection) => this.#isIntraAs(connection, role);
    const permitted = this.peer.setRole(role, leaders, isIntraAs);
    for (let n = 0 as Connection; n < NEIGHBOURS; n++) {
      if (!this.peer.mayDownloadOn(n)) {
        this.announced[n]!.clear();
        this.allowed[n]!.clear();
        // What was requested is cancelled, so it may arrive nevertheless.
        assert(this.requested[n]!.size === 0, 'no request is left where none is allowed');
      }
      if (permitted.includes(n)) this.announced[n] = new Set(this.#held[n]);
    }
    for (const n of permitted) {
      for (const piece of this.#held[n]!) this.peer.have(n, piece as PieceIndex);
    }
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

  request(connection: Connection, block: BlockIndex, count: number): void {
    const requested = this.requested[connection]!;
    for (let each: number = block; each < block + count; each++) {
      // Those who follow leaders repeat requests.
      if (!requested.has(each) && !this.#wholePieces) this.#checkRequest(connection, each);
    }
    for (let each: number = block; each < block + count; each++) requested.add(each);
    this.#note(`request ${block}+${count} on ${connection}`);
  }

  /** No block is requested that has arrived, nor one that is requested elsewhere but in endgame. */
  #checkRequest(connection: Connection, block: number): void {
    const at = `at ${this.nowMs} ms: ${block} on ${connection}`;
    assert(!this.received.has(block), `what has arrived is not requested, ${at}`);
    if (!this.unchoked[connection]) {
      this.requestsWhileChoked++;
      const piece = Math.floor(block / this.layout.blocksPerPiece);
      assert(this.#isAllowed(connection, block), `the piece is allowed to who is choked, ${at}`);
      const isAnnounced = this.announced[connection]!.has(piece) || piece === this.#arrivingPiece;
      assert(isAnnounced, `what is requested is announced, ${at}`);
    }
    const others = this.requested.filter((blocks) => blocks.has(block)).length;
    if (others === 0) return;
    const isWithheld = this.requested.some(
      (blocks, other) => blocks.has(block) && this.peer.isSnubbing(other as Connection),
    );
    const pieces = Array.from({ length: this.layout.pieceCount }, (_, piece) => piece);
    assert(
      pieces.every((piece) => this.#isUnderWay(piece)),
      `endgame begins when all pieces are under way, ${at}`,
    );
    if (!this.#strict) return;
    assert(others === 1 || isWithheld, `a block is requested twice at most, ${at}`);
    const isIdle = this.requested[connection]!.size === 0;
    assert(isIdle, `who helps in endgame is asked for nothing else, ${at}`);
  }

  cancel(connection: Connection, block: BlockIndex, count: number): void {
    for (let each: number = block; each < block + count; each++) {
      const isRequested = this.requested[connection]!.delete(each);
      assert(isRequested, `only what is requested is cancelled, at ${this.nowMs} ms`);
      if (!this.received.has(each)) this.#lost.push({ connection, block: each });
    }
    this.#note(`cancel ${block}+${count} on ${connection}`);
  }
  choke = (connection: Connection): void => this.#note(`choke ${connection}`);
  unchoke = (connection: Connection): void => this.#note(`unchoke ${connection}`);
  interested = (connection: Connection): void => this.#note(`interested ${connection}`);
  notInterested = (connection: Connection): void => this.#note(`notInterested ${connection}`);
  allowedFast = (connection: Connection, piece: PieceIndex): void =>
    this.#note(`allowedFast ${piece} on ${connection}`);
  have = (connection: Connection, piece: PieceIndex): void =>
    this.#note(`have ${piece} on ${connection}`);
  bitfield = (connection: Connection): void => this.#note(`bitfield on ${connection}`);
  leaderStart = (connection: Connection, target: PeerId): void =>
    this.#note(`leaderStart ${target} on ${connection}`);
  broadcastHave = (piece: PieceIndex): void => this.#note(`have ${piece} to all`);
  startSending = (connection: Connection): void => this.#note(`starts sending on ${connection}`);
  blocksBegun = (): number => 0;
  shortenSending = (): void => {};
  stopSending = (connection: Connection): number => {
    this.#note(`stops sending on ${connection}`);
    return 0;
  };
  needsLeaders = (): void => this.#note('needs leaders');
  connectTo = (target: PeerId): void => this.#note(`connects to ${target}`);
  rechokeSoon = (): void => this.#note('will rechoke soon');
  completed = (): void => this.#note('completed');
}

function sets(): Set<number>[] {
  return Array.from({ length: NEIGHBOURS }, () => new Set<number>());
}
