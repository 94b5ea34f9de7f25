/**
 * How many connections peers will have, and how many messages they will send: expected values,
 * from how the tracker draws neighbours and how followers draw leaders (docs/protocol.md, Joining
 * and Roles). They decide what a run is said to take, and on how many threads it runs; never a
 * result.
 */

import { externalCount, leaderCount } from '@cachetorrent/tracker';

import { peerCountOf, type Swarm } from '../plan/swarm.ts';

/** Messages that are no `have`, to a peer and piece. The original repeats every choke. */
const OTHER_MESSAGES = 10;
const OTHER_MESSAGES_REPEATED = 75;

/** What is expected of a swarm. */
export interface Expectation {
  /** How many connections a peer has, of one part of the file, at the end. */
  readonly connectionsEach: number;
  /** Messages in all, nearly all of which are somebody's word that it has a piece. */
  readonly messages: number;
}

/** Of a swarm that has been checked. */
export function expectationOf(swarm: Swarm): Expectation {
  const { leaderPercent, quirks } = swarm;
  const peers = peerCountOf(swarm);
  const others = othersOf(swarm, peers);
  const { connectionsEach, havesEach } =
    leaderPercent === undefined
      ? plainGraph(others)
      : graphWithLeaders(others, leaderPercent, quirks);
  const otherMessages = quirks.repeatChokes ? OTHER_MESSAGES_REPEATED : OTHER_MESSAGES;
  return { connectionsEach, messages: peers * swarm.pieces * (havesEach + otherMessages) };
}

/** The others, as one peer sees them. */
interface Others {
  /** How many there are in its own AS, and in all the others. */
  readonly inside: number;
  readonly outside: number;
  /** That one of these asks it to be a neighbour, or is asked by it. */
  readonly met: { readonly inside: number; readonly outside: number };
}

interface Graph {
  readonly connectionsEach: number;
  /** How often a peer says of a piece that it has it. */
  readonly havesEach: number;
}

function plainGraph({ inside, outside, met }: Others): Graph {
  const connectionsEach = inside * met.inside + outside * met.outside;
  return { connectionsEach, havesEach: connectionsEach };
}

function graphWithLeaders(
  { inside, outside, met }: Others,
  leaderPercent: number,
  { announceOnRelays, duplicateForwards }: Swarm['quirks'],
): Graph {
  const size = inside + 1;
  const leaders = Math.min(size, leaderCount(size, leaderPercent));
  const share = leaders / size;
  const followers = size - leaders;

  // A follower has a leader that it draws reach whom it knows; who is reached, if a follower, has a
  // leader that it draws reach that leader in turn.
  const reached = either(met.outside, chanceOfOne(met.outside / leaders, followers));
  const reachedByLeaders = either(met.outside, chanceOfOne(reached / leaders, 2 * followers));
  const followersOutside = outside * ((1 - share) * met.outside + share * reached);
  const leadersOutside = outside * ((1 - share) * reached + share * reachedByLeaders);
  const outsideEach = (1 - share) * followersOutside + share * leadersOutside;

  // And it is connected with the leaders that it draws.
  const drawn = chanceOfOne(1 / leaders, followersOutside);
  const unlike = 2 * share * (1 - share);
  const insideEach = inside * ((1 - unlike) * met.inside + unlike * either(met.inside, drawn));

  // On a connection that was opened for a follower only the other side offers what it has, but for
  // the original's leaders.
  const onBehalf = outsideEach - outside * met.outside;
  const offered = announceOnRelays ? onBehalf : onBehalf / 2;
  // A leader passes on to followers what it hears, and of half of it that it has it by then, too;
  // the original's does for each relay.
  const relays = duplicateForwards ? followersOutside : (leaders * drawn) / 2;
  return {
    connectionsEach: insideEach + outsideEach,
    havesEach: insideEach + outside * met.outside + offered + (1 - share) * relays,
  };
}

function othersOf({ topology, neighbours, externalPercent }: Swarm, peers: number): Others {
  const inside = (peers - 1) / topology.stubDomains;
  const outside = peers - 1 - inside;
  const anywhere =
    externalPercent === undefined ? neighbours : externalCount(neighbours, externalPercent);
  const asked = chance(anywhere, peers - 1);
  const askedInside = either(asked, chance(neighbours - anywhere, inside));
  return {
    inside,
    outside,
    met: { inside: either(askedInside, askedInside), outside: either(asked, asked) },
  };
}

/** That one is among so many drawn from all. */
function chance(count: number, all: number): number {
  return count === 0 ? 0 : Math.min(1, count / Math.max(all, 1));
}

/** Of two independent chances, that at least one comes true. */
function either(one: number, other: number): number {
  return 1 - (1 - one) * (1 - other);
}

/** Of so many independent chances alike, that at least one comes true. */
function chanceOfOne(each: number, count: number): number {
  return 1 - (1 - Math.min(1, each)) ** count;
}
