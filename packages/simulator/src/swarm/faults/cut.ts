/**
 * Some AS are cut off from the others for a time, and reach one another. What happens to messages
 * is in `transport/borders.ts`, to connections and flows in `nodes/cuts.ts`.
 */

import type { AsCut } from '../plan/faults.ts';
import { TRACKER } from '../plan/plan.ts';
import { asCountOf } from '../plan/swarm.ts';
import { CONNECTION_TIMEOUT_MS } from '../transport/borders.ts';
import type { FaultKind } from './fault-kind.ts';

export const CUT: FaultKind<AsCut> = {
  describe: ({ as }) => `cut of AS ${as.join(', ')}`,
  check({ as, forMs }, check) {
    check.as(as);
    check.duration(forMs);
    const count = asCountOf(check.swarm.topology);
    if (as.length < count) return;
    const problem = `is all AS of the network: nobody is cut off from anybody`;
    check.refuse('as', problem, count === 1 ? 'use more AS' : 'leave one out');
  },
  times: ({ atMs, forMs }) => [atMs, atMs + CONNECTION_TIMEOUT_MS, atMs + forMs],
  apply({ as }, affected, { step, hit }) {
    const { plan, asId } = affected;
    if (step === 0 && as.includes(plan.domainOf(asId))) {
      hit(affected.nodes().filter(({ id, hasStarted }) => id !== TRACKER && hasStarted).length);
    }
    affected.bordersChange();
  },
};
