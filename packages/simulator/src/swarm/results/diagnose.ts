/** Says why a swarm has come to a stop before everybody had the file. */

import type { AsReport } from './observations.ts';
import type { Plan } from '../plan/plan.ts';

/** Nobody is left who can send what is missing: the swarm cannot finish. */
export class SwarmStalled extends Error {
  override readonly name = 'SwarmStalled';
}

export function diagnose(plan: Plan, reports: readonly AsReport[], atMs: number): SwarmStalled {
  const missing = reports.flatMap(({ completedAtMs }, system) =>
    [...plan.idsOf(system)].filter((id, rank) => id > 0 && Number.isNaN(completedAtMs[rank])),
  );
  const names = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', …' : '');
  return new SwarmStalled(
    `the swarm came to a stop at ${Math.round(atMs)} ms of simulated time: ` +
      `${missing.length} of ${plan.nodeCount - 1} peers lack pieces (${names}). ` +
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
    return (
      `${count} pieces, the first of them ${lost}, are held by nobody who can upload. ` +
      'Give a seed an upload capacity, or let more peers upload.'
    );
  }
  return (
    'Every piece is held by somebody who can upload, but not by a neighbour of all who lack it. ' +
    'Ask for more neighbours, or for neighbours in other AS.'
  );
}
