/** Explains why a swarm stalled. */

import { SwarmStalled } from '../../errors.ts';
import { type Prospect, PROSPECTS } from '../nodes/prospects.ts';
import type { Plan } from '../plan/plan.ts';
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

/** What the peers wait for: why it does not arrive, and how to change that. */
const CAUSES: Readonly<Record<Prospect, { readonly cause: string; readonly fix: string }>> = {
  'no source': {
    cause: 'no neighbour that can upload and holds a piece that they lack',
    fix: 'Ask for more neighbours, or for more neighbours from other AS.',
  },
  'silent neighbours': {
    cause:
      'requested pieces from neighbours without upload capacity, which unchoke them, but never ' +
      'send; no peer gives up such a request (snubbing is not modelled)',
    fix: 'Give all classes an upload capacity.',
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
    const { cause, fix } = CAUSES[prospect];
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
