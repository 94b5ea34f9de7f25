/**
 * A property of a peer that gets storms of chokes: it sends the same messages at the same times,
 * whether each repeated choke is delivered or only those that `RepeatedChokes` does not leave out.
 */

import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import {
  type BlockIndex,
  type Connection,
  LIBTORRENT,
  ORIGINAL_QUIRKS,
  Peer,
  type PeerHost,
  type PeerId,
  type PieceIndex,
  type Quirks,
  type Role,
  wholePieces,
} from '../src/index.ts';
import {
  DeferredHaves,
  type DeferredHavesHost,
  DELIVER,
  PeerTables,
  RepeatedChokes,
} from '../src/internal.ts';
import { WHOLE_PIECES } from './test-swarm.ts';

const SEEDS = Array.from({ length: 150 }, (_, n) => `storm ${n}`);
const INSTANTS = 120;
const PIECES = 24;
/** The latency of each neighbour in ms. Those before the last one are on the same host. */
const LATENCIES_MS = [50, 50, 50, 60, 50];
const ELSEWHERE = LATENCIES_MS.length - 1;
/** The events of a host precede those of the next one at the same time. */
const ORDERS_PER_HOST = 1e6;

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly handle: () => void;
}

/** A peer that holds nothing at first, and neighbours that send bursts of messages. */
class Storm implements PeerHost, DeferredHavesHost {
  nowMs = 0;
  nowOrder = -1;
  readonly sent: string[] = [];
  /** How many chokes and unchokes were left out. */
  leftOut = 0;
  readonly #peer: Peer;
  readonly #random: Random;
  readonly #events: Event[] = [];
  readonly #orders = [0, ORDERS_PER_HOST, 2 * ORDERS_PER_HOST];
  /** The pieces that the peer has requested of each neighbour. */
  readonly #requested = LATENCIES_MS.map(() => new Set<BlockIndex>());
  readonly #deferredHaves: DeferredHaves;
  readonly #repeatedChokes: RepeatedChokes;
  readonly #leavesOut: boolean;
  readonly #quirks: Quirks;

  constructor(seed: string, quirks: Quirks, role: Role, leavesOut: boolean) {
    this.#random = seededRandom(seed);
    this.#quirks = quirks;
    this.#leavesOut = leavesOut;
    const tables = new PeerTables(PIECES, 1, LATENCIES_MS.length);
    this.#deferredHaves = new DeferredHaves(tables, this, quirks.countDuplicateHaves);
    // The row of the senders: each connection is that of another neighbour.
    const senders = new PeerTables(PIECES, 1, 0);
    this.#repeatedChokes = new RepeatedChokes(senders, 4);
    senders.openRow(0, LATENCIES_MS.length);
    this.#peer = new Peer(this, {
      layout: wholePieces(PIECES, 1),
      client: LIBTORRENT,
      uploadSlots: 1,
      optimisticSlots: 1,
      backlog: 3,
      choker: 'tit-for-tat',
      seedChoker: 'tit-for-tat',
      quirks,
      requestPriority: 'within-rarity',
      role,
      leaders: role === 'follower' ? [0 as PeerId] : [],
      random: seededRandom(seed, 'peer'),
      connectionsExpected: 2,
      memory: { tables, row: 0, deferredHaves: this.#deferredHaves },
    });
    for (const n of LATENCIES_MS.keys()) {
      const connection = this.#peer.connect(n as PeerId, true, 'neighbour');
      this.#peer.established(connection, true);
    }
  }

  run(): void {
    for (let instant = 0; instant < INSTANTS; instant++) {
      const atMs = instant * 10;
      for (const host of [0, 2]) this.#at(atMs, host, () => this.#burst(host));
      if (instant % 20 === 0) this.#at(atMs, 1, () => this.#peer.rechoke());
    }
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.nowMs = event.atMs;
      this.nowOrder = event.order;
      event.handle();
    }
  }

  /** A host sends some messages at once. The numbers that are drawn do not depend on the peer. */
  #burst(host: number): void {
    this.#repeatedChokes.setNow(this.nowMs);
    for (let left = this.#random.below(9); left > 0; left--) {
      const n = (host === 0 ? this.#random.below(ELSEWHERE) : ELSEWHERE) as Connection;
      const kind = this.#random.below(40);
      const piece = this.#random.below(PIECES) as PieceIndex;
      if (kind < 16) this.#choke(n, host);
      else if (kind < 26) this.#unchoke(n, host);
      else if (kind < 29) this.#have(n, host, piece);
      else if (kind < 32) this.#send(n, host, () => this.#peer.interested(n));
      else if (kind < 34) this.#send(n, host, () => this.#peer.notInterested(n));
      else if (kind < 36) this.#send(n, host, () => this.#peer.request(n, blockOf(piece), 1));
      else {
        this.#repeatedChokes.other(0);
        this.#send(n, host, () => this.#sendRequested(n));
      }
    }
  }

  #choke(n: Connection, host: number): void {
    const isInVain = host === 0 && this.#repeatedChokes.choke(0, n, 0);
    if (isInVain) this.leftOut++;
    if (isInVain && this.#leavesOut) return;
    this.#send(n, host, () => {
      this.#requested[n]!.clear();
      this.#peer.choke(n);
    });
  }

  #unchoke(n: Connection, host: number): void {
    const isInVain = host === 0 && this.#repeatedChokes.unchoke(0, n, 0);
    if (isInVain) this.leftOut++;
    if (isInVain && this.#leavesOut) return;
    this.#send(n, host, () => this.#peer.unchoke(n));
  }

  #have(n: Connection, host: number, piece: PieceIndex): void {
    if (host === 0) this.#repeatedChokes.have(0, n, 0);
    const atMs = this.nowMs + LATENCIES_MS[n]!;
    const order = this.#orders[host]!++;
    Object.assign(this.#deferredHaves, { atMs, order });
    const defersStored = this.#peer.role === 'leader' && this.#quirks.duplicateForwards;
    const isForwarded = this.#peer.hasToForward(n, piece);
    if (!isForwarded && this.#deferredHaves.defer(0, n, piece, defersStored) !== DELIVER) return;
    this.deliver(0, n, piece, atMs, order);
  }

  deliver(_: number, n: Connection, piece: PieceIndex, atMs: number, order: number): void {
    this.#schedule({ atMs, order, handle: () => this.#peer.have(n, piece) });
  }

  #sendRequested(n: Connection): void {
    const [first] = this.#requested[n]!;
    if (first === undefined) return;
    this.#requested[n]!.delete(first);
    this.#peer.piece(n, first, 1);
  }

  #send(n: Connection, host: number, handle: () => void): void {
    this.#at(this.nowMs + LATENCIES_MS[n]!, host, handle);
  }

  #at(atMs: number, host: number, handle: () => void): void {
    this.#schedule({ atMs, order: this.#orders[host]!++, handle });
  }

  #schedule(event: Event): void {
    const { atMs, order } = event;
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
    this.#requested[connection]!.add(block);
    this.#note(`request ${block} on ${connection}`);
  }
  cancel = (connection: Connection): void => this.#note(`cancel on ${connection}`);
  choke = (connection: Connection): void => this.#note(`choke ${connection}`);
  unchoke = (connection: Connection): void => this.#note(`unchoke ${connection}`);
  interested = (connection: Connection): void => this.#note(`interested ${connection}`);
  notInterested = (connection: Connection): void => this.#note(`notInterested ${connection}`);
  allowedFast = (connection: Connection): void => this.#note(`allowedFast ${connection}`);
  have = (connection: Connection, piece: PieceIndex): void =>
    this.#note(`have ${piece} on ${connection}`);
  bitfield = (connection: Connection): void => this.#note(`bitfield on ${connection}`);
  leaderStart = (connection: Connection): void => this.#note(`leaderStart on ${connection}`);
  broadcastHave = (piece: PieceIndex): void => this.#note(`have ${piece} to all`);
  startSending = (connection: Connection): void => this.#note(`starts sending on ${connection}`);
  blocksBegun = (): number => 0;
  shortenSending = (): void => {};
  stopSending = (connection: Connection): number => {
    this.#note(`stops sending on ${connection}`);
    return 0;
  };
  connectTo = (target: PeerId): void => this.#note(`connects to ${target}`);
  rechokeSoon = (): void => this.#note('will rechoke soon');
  completed = (): void => this.#note('completed');
}

function blockOf(piece: PieceIndex): BlockIndex {
  return piece as number as BlockIndex;
}

const RULES = [
  { rules: 'original', quirks: ORIGINAL_QUIRKS },
  {
    rules: 'client, but for whole pieces and repeated chokes,',
    quirks: { ...WHOLE_PIECES, interestInRequestable: false, repeatChokes: true },
  },
  {
    rules: 'original, but with requests on `have`,',
    quirks: { ...ORIGINAL_QUIRKS, noRequestOnHave: false, requestOnEveryChoke: false },
  },
];

describe.each(RULES)('under the $rules rules', ({ quirks }) => {
  test.each<Role>(['peer', 'follower', 'leader'])(
    'a %s sends the same messages whether it gets each repeated choke or not',
    (role) => {
      let leftOut = 0;
      for (const seed of SEEDS) {
        const [all, fewer] = [false, true].map((leavesOut) => {
          const storm = new Storm(seed, quirks, role, leavesOut);
          storm.run();
          leftOut += storm.leftOut;
          return storm.sent;
        });
        expect(fewer, `seed ${seed}`).toEqual(all);
        expect(all!.length, `seed ${seed}`).toBeGreaterThan(20);
      }
      expect(leftOut).toBeGreaterThan(2 * SEEDS.length * 20);
    },
  );
});

const [S, P] = [0 as Connection, 1 as Connection];
const [RECEIVER, ANOTHER] = [6, 7];

function chokes(): RepeatedChokes {
  const tables = new PeerTables(8, 1, 0);
  const repeated = new RepeatedChokes(tables, 8);
  tables.openRow(0, 2);
  repeated.setNow(10);
  expect(repeated.choke(0, S, RECEIVER)).toBe(false);
  return repeated;
}

describe('a repeated choke', () => {
  test.each<{ rule: string; meanwhile: (repeated: RepeatedChokes) => void; isInVain: boolean }>([
    { rule: 'has no effect at once', meanwhile: () => {}, isInVain: true },
    {
      rule: 'may have one at a later time',
      meanwhile: (repeated) => repeated.setNow(11),
      isInVain: false,
    },
    {
      rule: 'has none after a choke by another',
      meanwhile: (repeated) => repeated.choke(0, P, RECEIVER),
      isInVain: true,
    },
    {
      rule: 'may have one after an unchoke by another',
      meanwhile: (repeated) => repeated.unchoke(0, P, RECEIVER),
      isInVain: false,
    },
    {
      rule: 'has none after an unchoke of another',
      meanwhile: (repeated) => repeated.unchoke(0, P, ANOTHER),
      isInVain: true,
    },
    {
      rule: 'may have one after a `have` of the same sender',
      meanwhile: (repeated) => repeated.have(0, S, RECEIVER),
      isInVain: false,
    },
    {
      rule: 'has none after a `have` of another that chokes the receiver',
      meanwhile: (repeated) => repeated.have(0, P, RECEIVER),
      isInVain: true,
    },
    {
      rule: 'may have one after any other message',
      meanwhile: (repeated) => repeated.other(RECEIVER),
      isInVain: false,
    },
    {
      rule: 'may have one after a message to a receiver that shares its entry',
      meanwhile: (repeated) => repeated.other(RECEIVER + 8),
      isInVain: false,
    },
  ])('$rule', ({ meanwhile, isInVain }) => {
    const repeated = chokes();
    meanwhile(repeated);
    expect(repeated.choke(0, S, RECEIVER)).toBe(isInVain);
  });

  test('may have an effect after a choke that has lost requests', () => {
    const repeated = chokes();
    expect(repeated.unchoke(0, S, RECEIVER)).toBe(false);
    expect(repeated.choke(0, S, RECEIVER)).toBe(false);
    expect(repeated.choke(0, S, RECEIVER)).toBe(false);
    expect(repeated.choke(0, S, RECEIVER)).toBe(true);
  });
});

describe('a repeated unchoke', () => {
  test.each<{ rule: string; meanwhile: (repeated: RepeatedChokes) => void; isInVain: boolean }>([
    { rule: 'has no effect at once', meanwhile: () => {}, isInVain: true },
    {
      rule: 'has none after an unchoke by another',
      meanwhile: (repeated) => repeated.unchoke(0, P, RECEIVER),
      isInVain: true,
    },
    {
      rule: 'may have one after a `have` of the same sender',
      meanwhile: (repeated) => repeated.have(0, S, RECEIVER),
      isInVain: false,
    },
    {
      rule: 'may have one after any other message',
      meanwhile: (repeated) => repeated.other(RECEIVER),
      isInVain: false,
    },
  ])('$rule', ({ meanwhile, isInVain }) => {
    const repeated = chokes();
    expect(repeated.unchoke(0, S, RECEIVER)).toBe(false);
    meanwhile(repeated);
    expect(repeated.unchoke(0, S, RECEIVER)).toBe(isInVain);
  });
});
