/** Explains why a swarm stalled. */

import { SwarmStalled } from '../../errors.ts';
import { type Prospect, PROSPECTS } from '../nodes/prospects.ts';
import type { Plan } from '../plan/plan.ts';
import { isClosed } from '../plan/borders.ts';
import { peerCountOf, type Swarm } from '../plan/swarm.ts';
import type { AsReport } from './observations.ts';

/** The number of peers that the error names. */
const NAMED_MAX = 5;

/** The error for a run in which no AS was active after the simulated time `atMs`. */
export function diagnose(plan: Plan, reports: readonly AsReport[], atMs: number): SwarmStalled {
  const incomplete = reports.flatMap(({ completedAtMs }, asId) =>
    [...plan.idsOf(asId)].filter(
      (id, localNode) => id > 0 && Number.isNaN(completedAtMs[localNode]),
    ),
  );
  const more = incomplete.length > NAMED_MAX ? ', …' : '';
  const names = incomplete.slice(0, NAMED_MAX).join(', ') + more;
  return new SwarmStalled(
    `the swarm stalled at ${Math.round(atMs)} ms of simulated time: ` +
      `${incomplete.length} of ${plan.nodeCount - 1} peers lack pieces (${names}), ` +
      `and nothing can be sent any more. ${causesOf(plan, reports).join(' ')} (seed ${plan.seed})`,
  );
}

interface Cause {
  readonly cause: string;
  readonly fix: string;
}

/** The advice is what `swarm` leaves a choice of. */
function noSource(swarm: Swarm): Cause {
  const { neighbours, externalPercent, leaderPercent, classes, connectionsMax } = swarm;
  const { selection, borders } = swarm;
  const ways = [
    ...(neighbours < peerCountOf(swarm) - 1 ? ['ask for more neighbours'] : []),
    ...((externalPercent ?? 100) < 100 ? ['ask for more neighbours from other AS'] : []),
    ...(selection?.policy === 'budget' ? ['let AS have more connections with others'] : []),
    ...(leaderPercent === undefined ? [] : ['ask for more leaders']),
    ...(classes.some(({ isReachable }) => isReachable === false)
      ? ['make more peers reachable: two that are not cannot connect to each other']
      : []),
    ...(connectionsMax === undefined ? [] : ['let them have more connections']),
    ...(borders?.some(isClosed) === true ? ['open the borders without capacity'] : []),
  ];
  const where = leaderPercent === undefined ? '' : ' (of a follower, in its own AS)';
  return {
    cause: `no neighbour that can upload and holds a piece that they lack${where}`,
    fix: `Let more peers upload${ways.map((way) => `, or ${way}`).join('')}.`,
  };
}

/** What the peers wait for: why it does not arrive, and how to change that. */
const CAUSES: Readonly<Record<Exclude<Prospect, 'no source'>, Cause>> = {
  'silent neighbours': {
    cause:
      'requested pieces from neighbours without upload capacity, which unchoke them, but never ' +
      'send; where pieces are moved whole, no peer gives up such a request',
    fix: 'Give all classes an upload capacity, or turn off the quirk wholePieces.',
  },
  'false announcements': {
    cause:
      'waited for pieces that neighbours have announced before they held them (claims), and get ' +
      'them nowhere else',
    fix:
      'Lower the claims, ask for more neighbours, or let requests have a timeout, which pieces ' +
      'that are moved whole have not.',
  },
  'waiting leaders': {
    cause: 'requested pieces from leaders of their AS, which cannot get them',
    fix: 'Ask for more leaders, or for more neighbours.',
  },
  choked: {
    cause: 'not been unchoked by any neighbour that holds a piece that they lack',
    fix: 'Give peers more upload slots.',
  },
};

function causesOf(plan: Plan, reports: readonly AsReport[]): string[] {
  const lost = lostPieces(plan, reports);
  if (lost !== undefined) {
    const fix = 'Give a seed an upload capacity, or let more peers upload.';
    return [`No peer that can upload holds ${lost}. ${fix}`];
  }
  return PROSPECTS.flatMap((prospect, index) => {
    const count = reports.reduce((sum, { prospects }) => sum + (prospects?.[index] ?? 0), 0);
    const { cause, fix } = prospect === 'no source' ? noSource(plan.swarm) : CAUSES[prospect];
    return count === 0 ? [] : [`${count === 1 ? '1 has' : `${count} have`} ${cause}. ${fix}`];
  });
}

/** The pieces that no peer can send; undefined if there are none. */
function lostPieces({ swarm }: Plan, reports: readonly AsReport[]): string | undefined {
  const sources = new Uint32Array(swarm.pieces);
  for (const report of reports) {
    report.sources.forEach((count, piece) => (sources[piece]! += count));
  }
  const first = sources.indexOf(0);
  if (first < 0) return undefined;
  const count = sources.filter((holders) => holders === 0).length;
  return count === 1 ? `piece ${first}` : `any of ${count} pieces, of which the first is ${first}`;
}
