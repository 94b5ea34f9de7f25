/**
 * After any sequence of role changes, leaders that go, and connections that open and close, a
 * follower has one relay for each outside peer, through a leader that it knows (a plain model).
 */

import { seededRandom } from '@cachetorrent/std';
import { expect, test } from 'vitest';

import {
  blocksOf16KiB,
  type Connection,
  createPeer,
  NO_CONNECTION,
  type Peer,
  type PeerHost,
  type PeerId,
  type Role,
} from '../src/index.ts';
import { BLOCK_BITS } from './test-swarm.ts';

const STEPS = 400;
/** Peers 0 to 4 are in the AS of the peer, 5 to 9 are not. */
const [INSIDE, OTHERS] = [5, 10];

class World implements PeerHost {
  nowMs = 0;
  readonly peer: Peer = createPeer(this, { layout: blocksOf16KiB(4, 4 * BLOCK_BITS), seed: 'x' });
  /** For each open connection its other side, and whether that has answered. */
  readonly open = new Map<Connection, { readonly remote: number; isEstablished: boolean }>();
  /** For each outside peer the leader that was asked last to relay it. */
  readonly askedFor = new Map<number, number>();
  /** The leaders to which the peer wants a connection. */
  readonly wanted = new Set<number>();
  leaders: number[] = [];
  role: Role = 'peer';
  needs = 0;

  /** Whether the peer gets pieces from other AS only through leaders. */
  follows = false;

  isIntraAs = (connection: Connection): boolean => this.isInside(this.open.get(connection)!.remote);

  /** Whether it may download from a peer in any role. */
  isInside(remote: number): boolean {
    return remote < INSIDE || this.leaders.includes(remote);
  }

  connect(remote: number): void {
    if (this.peer.connectionTo(remote as PeerId) !== NO_CONNECTION) return;
    const connection = this.peer.connect(remote as PeerId, this.isInside(remote), 'neighbour');
    this.open.set(connection, { remote, isEstablished: false });
  }

  establish(connection: Connection): void {
    const end = this.open.get(connection)!;
    if (end.isEstablished) return;
    end.isEstablished = true;
    this.wanted.delete(end.remote);
    this.peer.established(connection, this.isInside(end.remote));
  }

  close(connection: Connection): void {
    const { remote } = this.open.get(connection)!;
    this.open.delete(connection);
    this.askedFor.delete(remote);
    this.#lose(remote, () => this.peer.disconnect(connection));
  }

  fail(remote: number): void {
    if (this.peer.connectionTo(remote as PeerId) !== NO_CONNECTION) return;
    this.#lose(remote, () => this.peer.unreachable(remote as PeerId));
  }

  /** The peer asks its host when it has lost the last leader, and only then. */
  #lose(remote: number, act: () => void): void {
    const wasLeader = this.leaders.includes(remote);
    this.leaders = this.leaders.filter((leader) => leader !== remote);
    this.wanted.delete(remote);
    const before = this.needs;
    act();
    const isLast = this.follows && wasLeader && this.leaders.length === 0;
    expect(this.needs - before).toBe(isLast ? 1 : 0);
  }

  setRole(role: Role, leaders: number[]): void {
    const follows = role === 'follower' || leaders.length > 0;
    if (!follows || !this.follows) {
      this.askedFor.clear();
      this.wanted.clear();
    }
    this.role = role;
    this.follows = follows;
    this.leaders = leaders;
    this.peer.setRole(role, leaders as PeerId[], this.isIntraAs);
  }

  setLeaders(leaders: number[]): void {
    if (this.role === 'follower') this.leaders = leaders;
    this.peer.setLeaders(leaders as PeerId[]);
  }

  leaderStart = (connection: Connection, target: PeerId): void => {
    this.askedFor.set(target, this.open.get(connection)!.remote);
  };
  connectTo = (target: PeerId): void => {
    this.wanted.add(target);
  };
  needsLeaders = (): void => {
    this.needs++;
  };

  choke(): void {}
  unchoke(): void {}
  interested(): void {}
  notInterested(): void {}
  have(): void {}
  bitfield(): void {}
  broadcastHave(): void {}
  request(): void {}
  allowedFast(): void {}
  rechokeSoon(): void {}
  cancel(): void {}
  startSending(): void {}
  blocksBegun = (): number => 0;
  shortenSending(): void {}
  stopSending = (): number => 0;
  completed(): void {}
}

test.each(Array.from({ length: 40 }, (_, n) => `roles ${n}`))('seed %s', (seed) => {
  const random = seededRandom(seed);
  const world = new World();
  const someOf = (first: number): number[] =>
    Array.from({ length: INSIDE }, (_, i) => first + i).filter(() => random.below(3) === 0);
  const someLeaders = (): number[] => someOf(0);
  let [relays, waits] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const kind = random.below(20);
    const connections = [...world.open.keys()];
    const connection = connections[random.below(Math.max(1, connections.length))];
    if (kind < 6) world.connect(random.below(OTHERS));
    else if (kind < 11 && connection !== undefined) world.establish(connection);
    else if (kind < 14 && connection !== undefined) world.close(connection);
    else if (kind < 15) world.fail(random.below(OTHERS));
    else if (kind < 17) for (const leader of world.wanted) world.connect(leader);
    else if (kind < 18) world.setLeaders(someLeaders());
    else if (kind < 19) world.setRole('follower', someLeaders());
    else {
      const rare = random.below(6);
      if (rare < 3) world.setRole('leader', someOf(INSIDE));
      else if (rare < 5) world.setRole(rare === 3 ? 'leader' : 'peer', []);
    }
    check(world, `step ${step}`);
    if (world.follows) [relays, waits] = [relays + world.askedFor.size, waits + 1];
  }
  // The runs are worth something.
  expect(relays).toBeGreaterThan(waits / 4);
});

function check(world: World, at: string): void {
  const { peer, role, leaders, follows } = world;
  expect([peer.role, [...peer.leaders]], at).toEqual([role, leaders]);
  for (const [connection, { remote, isEstablished }] of world.open) {
    const isOutside = !world.isInside(remote);
    const mayDownload = !follows || !isOutside;
    expect(peer.mayDownloadOn(connection), `${at}: to ${remote}`).toBe(mayDownload);
    if (!follows || !isOutside || !isEstablished || leaders.length === 0) continue;
    const asked = world.askedFor.get(remote);
    const isRelayed =
      asked !== undefined &&
      leaders.includes(asked) &&
      peer.connectionTo(asked as PeerId) !== NO_CONNECTION;
    const isWaiting = leaders.some(
      (leader) => world.wanted.has(leader) || isOpening(world, leader),
    );
    expect(isRelayed || isWaiting, `${at}: ${remote} is relayed, or will be`).toBe(true);
  }
}

/** Whether a connection to `leader` is open that has not been answered. */
function isOpening({ open }: World, leader: number): boolean {
  return [...open.values()].some(
    ({ remote, isEstablished }) => remote === leader && !isEstablished,
  );
}
