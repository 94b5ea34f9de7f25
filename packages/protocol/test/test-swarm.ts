/**
 * A stage for a few peers: everything that one says is written down and heard by the other, one
 * message at a time, in the order in which they were said. No time passes unless told to.
 *
 *     const stage = new Stage(2);
 *     const [seed, leecher] = stage.enter({ S: { holds: [0, 1] }, L: {} });
 *     stage.connect('S', 'L');
 *     expect(stage.run()).toBe('S → L  have(0)\n…');
 */

import { assert, type Random } from '@cachetorrent/std';

import {
  CLIENT_QUIRKS,
  type Connection,
  type Quirks,
  NO_CONNECTION,
  NO_PIECE,
  type ConnectionPurpose,
  Peer,
  type PeerHost,
  type PeerId,
  type PeerOptions,
  type PieceIndex,
  type Role,
} from '../src/index.ts';

/** Chance that always takes the first: of equally rare pieces the one of the lowest index. */
export const alwaysFirst: Random = { below: () => 0, unit: () => 0 };

export interface PeerSetup {
  readonly asId?: number;
  readonly role?: Role;
  /** The names of the leaders of its AS. */
  readonly leaders?: readonly string[];
  /** What it holds from the start. */
  readonly holds?: readonly number[];
}

type SentMessage = {
  readonly from: TestHost;
  readonly on: Connection;
  readonly hear: (peer: Peer, on: Connection) => void;
};

export class TestSwarm {
  readonly #options: Partial<PeerOptions> & { readonly pieceCount: number };
  readonly #habits: Quirks;
  readonly #actors: TestHost[] = [];
  readonly #said: SentMessage[] = [];
  #lines: string[] = [];
  nowMs = 0;

  constructor(pieceCount: number, options: Partial<PeerOptions> = {}) {
    this.#options = { pieceCount, ...options };
    this.#habits = options.quirks ?? CLIENT_QUIRKS;
  }

  /** Brings on peers by name; returns them in the same order. */
  addPeers(cast: Readonly<Record<string, PeerSetup>>): Peer[] {
    for (const [name, role] of Object.entries(cast)) {
      this.#actors.push(new TestHost(this, name, this.#actors.length as PeerId, role));
    }
    return Object.entries(cast).map(([name, role]) => {
      const actor = this.hostOf(name);
      const leaders = (role.leaders ?? []).map((leader) => this.hostOf(leader).id);
      actor.peer = new Peer(actor, {
        uploadSlots: 4,
        optimisticSlots: 0,
        backlog: 2,
        choker: 'tit-for-tat',
        seedChoker: 'tit-for-tat',
        quirks: this.#habits,
        requestPriority: 'within-rarity',
        random: alwaysFirst,
        connectionsExpected: 1,
        ...this.#options,
        role: role.role ?? 'peer',
        leaders,
      });
      actor.peer.restore((role.holds ?? []) as PieceIndex[]);
      return actor.peer;
    });
  }

  hostOf(name: string | PeerId): TestHost {
    const found: TestHost | undefined = this.#actors.find(
      (actor) => actor.name === name || actor.id === name,
    );
    assert(found !== undefined, `${name} is on stage`);
    return found;
  }

  /** `a` connects to `b`, for a reason of its own; for `b` it is a neighbour. */
  connect(a: string | PeerId, b: string | PeerId, origin: ConnectionPurpose = 'neighbour'): void {
    const [one, other] = [this.hostOf(a), this.hostOf(b)];
    if (one.peer.connectionTo(other.id) !== NO_CONNECTION) return;
    const same = one.asId === other.asId;
    const there = one.peer.connect(other.id, same, origin);
    const here = other.peer.connect(one.id, same, 'neighbour');
    one.ends[there] = { other, on: here };
    other.ends[here] = { other: one, on: there };
    one.peer.established(there, same);
    other.peer.established(here, same);
  }

  send(
    from: TestHost,
    on: Connection,
    line: string,
    hear: SentMessage['hear'],
    arrow: string,
  ): void {
    this.#said.push({ from, on, hear });
    this.#lines.push(`${from.name} ${arrow} ${from.ends[on]!.other.name}  ${line}`);
  }

  note(line: string): void {
    this.#lines.push(line);
  }

  /** Lets everybody hear and send until nothing is left to say; returns what was said. */
  deliverAll(): string {
    for (;;) {
      const said = this.#said.shift();
      if (said !== undefined) {
        const { other, on } = said.from.ends[said.on]!;
        said.hear(other.peer, on);
      } else if (!this.#actors.some((actor) => actor.sendOne())) {
        break;
      }
    }
    const lines = this.#lines.join('\n');
    this.#lines = [];
    return lines;
  }

  /** Only what was said so far; nobody hears it yet. */
  takeTranscript(): string {
    const lines = this.#lines.join('\n');
    this.#lines = [];
    return lines;
  }
}

export class TestHost implements PeerHost {
  readonly name: string;
  readonly id: PeerId;
  readonly asId: number;
  readonly ends: { other: TestHost; on: Connection }[] = [];
  readonly #stage: TestSwarm;
  readonly #sending: Connection[] = [];
  peer!: Peer;

  constructor(stage: TestSwarm, name: string, id: PeerId, { asId = 0 }: PeerSetup) {
    this.#stage = stage;
    this.name = name;
    this.id = id;
    this.asId = asId;
  }

  get nowMs(): number {
    return this.#stage.nowMs;
  }

  choke(on: Connection): void {
    this.#send(on, 'choke', (peer, at) => peer.choke(at));
  }
  unchoke(on: Connection): void {
    this.#send(on, 'unchoke', (peer, at) => peer.unchoke(at));
  }
  interested(on: Connection): void {
    this.#send(on, 'interested', (peer, at) => peer.interested(at));
  }
  notInterested(on: Connection): void {
    this.#send(on, 'not-interested', (peer, at) => peer.notInterested(at));
  }
  have(on: Connection, piece: PieceIndex): void {
    this.#send(on, `have(${piece})`, (peer, at) => peer.have(at, piece));
  }
  request(on: Connection, piece: PieceIndex): void {
    this.#send(on, `request(${piece})`, (peer, at) => peer.request(at, piece));
  }
  leaderStart(on: Connection, target: PeerId): void {
    const line = `leader-start(${this.#stage.hostOf(target).name})`;
    this.#send(on, line, (peer, at) => peer.leaderStart(at, target));
  }

  broadcastHave(piece: PieceIndex): void {
    this.ends.forEach((_, on) => {
      if (this.peer.announcesOn(on as Connection)) this.have(on as Connection, piece);
    });
  }

  startSending(on: Connection): void {
    this.#sending.push(on);
  }

  stopSending(on: Connection): void {
    this.#sending.splice(this.#sending.indexOf(on), 1);
    this.#stage.note(`${this.name} drops what it was sending to ${this.ends[on]!.other.name}`);
  }

  connectTo(target: PeerId): void {
    const isOurs = this.#stage.hostOf(target).asId === this.asId;
    this.#stage.note(`${this.name} connects to ${this.#stage.hostOf(target).name}`);
    this.#stage.connect(this.id, target, isOurs ? 'neighbour' : 'on-behalf');
  }

  completed(): void {
    this.#stage.note(`${this.name} is complete`);
  }

  /** Sends one piece of the first connection that has any; returns false where none has. */
  sendOne(): boolean {
    const on = this.#sending[0];
    if (on === undefined) return false;
    const piece = this.peer.nextToSend(on);
    this.#send(on, `piece(${piece})`, (peer, at) => peer.piece(at, piece), '⇒');
    if (this.peer.pieceSent(on) === NO_PIECE) this.#sending.shift();
    return true;
  }

  #send(on: Connection, line: string, hear: SentMessage['hear'], arrow = '→'): void {
    this.#stage.send(this, on, line, hear, arrow);
  }
}
