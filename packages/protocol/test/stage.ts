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
export const theFirst: Random = { below: () => 0, unit: () => 0 };

export interface CastMember {
  readonly system?: number;
  readonly role?: Role;
  /** The names of the leaders of its AS. */
  readonly leaders?: readonly string[];
  /** What it holds from the start. */
  readonly holds?: readonly number[];
}

type Said = {
  readonly from: Actor;
  readonly on: Connection;
  readonly hear: (peer: Peer, on: Connection) => void;
};

export class Stage {
  readonly #options: Partial<PeerOptions> & { readonly pieceCount: number };
  readonly #habits: Quirks;
  readonly #actors: Actor[] = [];
  readonly #said: Said[] = [];
  #lines: string[] = [];
  nowMs = 0;

  constructor(pieceCount: number, options: Partial<PeerOptions> = {}) {
    this.#options = { pieceCount, ...options };
    this.#habits = options.quirks ?? CLIENT_QUIRKS;
  }

  /** Brings on peers by name; returns them in the same order. */
  enter(cast: Readonly<Record<string, CastMember>>): Peer[] {
    for (const [name, role] of Object.entries(cast)) {
      this.#actors.push(new Actor(this, name, this.#actors.length as PeerId, role));
    }
    return Object.entries(cast).map(([name, role]) => {
      const actor = this.actor(name);
      const leaders = (role.leaders ?? []).map((leader) => this.actor(leader).id);
      actor.peer = new Peer(actor, {
        uploadSlots: 4,
        optimisticSlots: 0,
        backlog: 2,
        choker: 'tit-for-tat',
        seedChoker: 'tit-for-tat',
        quirks: this.#habits,
        requestPriority: 'within-rarity',
        random: theFirst,
        connectionsExpected: 1,
        ...this.#options,
        role: role.role ?? 'peer',
        leaders,
      });
      actor.peer.restore((role.holds ?? []) as PieceIndex[]);
      return actor.peer;
    });
  }

  actor(name: string | PeerId): Actor {
    const found: Actor | undefined = this.#actors.find(
      (actor) => actor.name === name || actor.id === name,
    );
    assert(found !== undefined, `${name} is on stage`);
    return found;
  }

  /** `a` connects to `b`, for a reason of its own; for `b` it is a neighbour. */
  connect(a: string | PeerId, b: string | PeerId, origin: ConnectionPurpose = 'neighbour'): void {
    const [one, other] = [this.actor(a), this.actor(b)];
    if (one.peer.connectionTo(other.id) !== NO_CONNECTION) return;
    const same = one.system === other.system;
    const there = one.peer.connect(other.id, same, origin);
    const here = other.peer.connect(one.id, same, 'neighbour');
    one.ends[there] = { other, on: here };
    other.ends[here] = { other: one, on: there };
    one.peer.established(there, same);
    other.peer.established(here, same);
  }

  say(from: Actor, on: Connection, line: string, hear: Said['hear'], arrow: string): void {
    this.#said.push({ from, on, hear });
    this.#lines.push(`${from.name} ${arrow} ${from.ends[on]!.other.name}  ${line}`);
  }

  note(line: string): void {
    this.#lines.push(line);
  }

  /** Lets everybody hear and send until nothing is left to say; returns what was said. */
  run(): string {
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
  heard(): string {
    const lines = this.#lines.join('\n');
    this.#lines = [];
    return lines;
  }
}

export class Actor implements PeerHost {
  readonly name: string;
  readonly id: PeerId;
  readonly system: number;
  readonly ends: { other: Actor; on: Connection }[] = [];
  readonly #stage: Stage;
  readonly #sending: Connection[] = [];
  peer!: Peer;

  constructor(stage: Stage, name: string, id: PeerId, { system = 0 }: CastMember) {
    this.#stage = stage;
    this.name = name;
    this.id = id;
    this.system = system;
  }

  get nowMs(): number {
    return this.#stage.nowMs;
  }

  choke(on: Connection): void {
    this.#say(on, 'choke', (peer, at) => peer.choke(at));
  }
  unchoke(on: Connection): void {
    this.#say(on, 'unchoke', (peer, at) => peer.unchoke(at));
  }
  interested(on: Connection): void {
    this.#say(on, 'interested', (peer, at) => peer.interested(at));
  }
  notInterested(on: Connection): void {
    this.#say(on, 'not-interested', (peer, at) => peer.notInterested(at));
  }
  have(on: Connection, piece: PieceIndex): void {
    this.#say(on, `have(${piece})`, (peer, at) => peer.have(at, piece));
  }
  request(on: Connection, piece: PieceIndex): void {
    this.#say(on, `request(${piece})`, (peer, at) => peer.request(at, piece));
  }
  leaderStart(on: Connection, target: PeerId): void {
    const line = `leader-start(${this.#stage.actor(target).name})`;
    this.#say(on, line, (peer, at) => peer.leaderStart(at, target));
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
    const isOurs = this.#stage.actor(target).system === this.system;
    this.#stage.note(`${this.name} connects to ${this.#stage.actor(target).name}`);
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
    this.#say(on, `piece(${piece})`, (peer, at) => peer.piece(at, piece), '⇒');
    if (this.peer.sent(on) === NO_PIECE) this.#sending.shift();
    return true;
  }

  #say(on: Connection, line: string, hear: Said['hear'], arrow = '→'): void {
    this.#stage.say(this, on, line, hear, arrow);
  }
}
