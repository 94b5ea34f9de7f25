/**
 * The expected numbers of connections and messages of a swarm. They follow from how the tracker
 * draws neighbours and how followers draw leaders (docs/protocol.md, Joining and Roles). They
 * decide the estimates of memory and time, and the number of threads; never a result.
 */

import { externalCount, leaderCount, type LeaderNumbers } from '@cachetorrent/tracker';

import { effectiveHostCount } from '../plan/hosting.ts';
import { electionOf, hasLeadingCaches, peerCountOf, type Swarm } from '../plan/swarm.ts';

/** Messages other than `have`, for each peer and piece. */
const OTHER_MESSAGES = 10;
/** The same in the original, which repeats every choke. */
const OTHER_MESSAGES_REPEATED = 75;

/** Of an AS that a cache of its provider leads. */
const ONE_LEADER: LeaderNumbers = { leaderPercent: 0, leadersMin: 1, leadersMax: 1 };

/** The expected traffic of a swarm. */
export interface ExpectedTraffic {
  /** The number of connections of a peer in one sub-torrent, at the end. */
  readonly connectionsEach: number;
  /** The number of messages; nearly all of them are a `have`. */
  readonly messages: number;
}

/** The expected traffic of `swarm`, which must be valid (`checkSwarm`). */
export function expectedTrafficOf(swarm: Swarm): ExpectedTraffic {
  const { quirks } = swarm;
  const election = electionOf(swarm) ?? (hasLeadingCaches(swarm) ? ONE_LEADER : undefined);
  const peers = peerCountOf(swarm);
  const others = othersOf(swarm, peers);
  const { connectionsEach, havesEach } =
    election === undefined ? plainGraph(others) : graphWithLeaders(others, election, quirks);
  const otherMessages = quirks.repeatChokes ? OTHER_MESSAGES_REPEATED : OTHER_MESSAGES;
  return { connectionsEach, messages: peers * swarm.pieces * (havesEach + otherMessages) };
}

/** A number or probability for the peer's own AS, and for all other AS together. */
interface InsideAndOutside {
  readonly inside: number;
  readonly outside: number;
}

/** The other peers, as one peer sees them. */
interface Others extends InsideAndOutside {
  /** The probability that such a peer is a neighbour of ours, or we are one of its neighbours. */
  readonly adjacent: InsideAndOutside;
}

interface ConnectionGraph {
  readonly connectionsEach: number;
  /** How often a peer sends a `have` for one piece. */
  readonly havesEach: number;
}

function plainGraph({ inside, outside, adjacent }: Others): ConnectionGraph {
  const connectionsEach = inside * adjacent.inside + outside * adjacent.outside;
  return { connectionsEach, havesEach: connectionsEach };
}

function graphWithLeaders(
  { inside, outside, adjacent }: Others,
  election: LeaderNumbers,
  { announceOnRelays, duplicateForwards }: Swarm['quirks'],
): ConnectionGraph {
  const size = inside + 1;
  const leaders = Math.min(size, leaderCount(size, election));
  const share = leaders / size;
  const followers = size - leaders;

  // A follower draws a leader, which connects to the follower's neighbours in other AS. If such a
  // neighbour is a follower, it draws a leader too, which connects back to our leader.
  const reached = either(adjacent.outside, anyOf(adjacent.outside / leaders, followers));
  const reachedByLeaders = either(adjacent.outside, anyOf(reached / leaders, 2 * followers));
  const followersOutside = outside * ((1 - share) * adjacent.outside + share * reached);
  const leadersOutside = outside * ((1 - share) * reached + share * reachedByLeaders);
  const outsideEach = (1 - share) * followersOutside + share * leadersOutside;

  // A follower is connected to the leaders that it draws.
  const drawn = anyOf(1 / leaders, followersOutside);
  const unlike = 2 * share * (1 - share);
  const insideEach =
    inside * ((1 - unlike) * adjacent.inside + unlike * either(adjacent.inside, drawn));

  // On a connection that a leader opens for a follower, only the other side announces its pieces;
  // in the original, the leader does so, too.
  const onBehalf = outsideEach - outside * adjacent.outside;
  const announced = announceOnRelays ? onBehalf : onBehalf / 2;
  // A leader forwards a `have` to followers, unless it holds the piece by then, as in half of the
  // cases; in the original, it forwards for each relay.
  const relays = duplicateForwards ? followersOutside : (leaders * drawn) / 2;
  return {
    connectionsEach: insideEach + outsideEach,
    havesEach: insideEach + outside * adjacent.outside + announced + (1 - share) * relays,
  };
}

function othersOf(swarm: Swarm, peers: number): Others {
  const { neighbours } = swarm;
  const inside = (peers - 1) / effectiveHostCount(swarm);
  const outside = peers - 1 - inside;
  const anywhere = anywhereOf(swarm, inside);
  const drawn = probability(anywhere, peers - 1);
  const drawnInside = either(drawn, probability(neighbours - anywhere, inside));
  return {
    inside,
    outside,
    adjacent: { inside: either(drawnInside, drawnInside), outside: either(drawn, drawn) },
  };
}

/** How many neighbours of a peer are chosen from all peers, or as if they were. */
function anywhereOf({ neighbours, externalPercent, selection }: Swarm, inside: number): number {
  if (selection === undefined) {
    return externalPercent === undefined ? neighbours : externalCount(neighbours, externalPercent);
  }
  // The links of an AS are those of all its peers, at both ends.
  if (selection.policy === 'budget') {
    return Math.min(neighbours, selection.interAsConnections / (2 * (inside + 1)));
  }
  return externalCount(neighbours, selection.externalPercent);
}

/** The probability that one of `all` is among `count` that are drawn. */
function probability(count: number, all: number): number {
  return count === 0 ? 0 : Math.min(1, count / Math.max(all, 1));
}

/** The probability of at least one of two independent events. */
function either(one: number, other: number): number {
  return 1 - (1 - one) * (1 - other);
}

/** The probability of at least one of `count` independent events, each with the probability `p`. */
function anyOf(p: number, count: number): number {
  return 1 - (1 - Math.min(1, p)) ** count;
}
