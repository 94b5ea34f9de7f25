/** Explains why a swarm stalled. */

import { SwarmStalled } from '../../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { AsReport } from './observations.ts';

/** The number of peers that the error names. */
const NAMED_MAX = 5;

/** The error for a run that stalled at the simulated time `atMs`. */
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
      `${incomplete.length} of ${plan.nodeCount - 1} peers lack pieces (${names}). ` +
      `${causeOf(plan, reports)} (seed ${plan.seed})`,
  );
}

function causeOf(plan: Plan, reports: readonly AsReport[]): string {
  const sources = new Uint32Array(plan.swarm.pieces);
  for (const report of reports) {
    report.sources.forEach((count, piece) => (sources[piece]! += count));
  }
  const lost = sources.indexOf(0);
  if (lost >= 0) {
    const count = sources.filter((holders) => holders === 0).length;
    const lostPieces =
      count === 1 ? `piece ${lost}` : `any of ${count} pieces, of which the first is ${lost}`;
    return (
      `No peer that can upload holds ${lostPieces}. ` +
      'Give a seed an upload capacity, or let more peers upload.'
    );
  }
  return (
    'Every piece is held by a peer that can upload, but some peers that lack it have no such ' +
    'neighbour. Ask for more neighbours, or for more neighbours from other AS.'
  );
}
