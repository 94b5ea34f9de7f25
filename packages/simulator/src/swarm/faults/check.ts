/** Checks the schedule of faults: its times, whom it names, and that it can have an effect. */

import type { NameOf, Refuse } from '../plan/number-rule.ts';
import type { Swarm } from '../plan/swarm.ts';
import { FaultCheck } from './fault-check.ts';
import { kindOf } from './kinds.ts';

export function checkFaults(swarm: Swarm, refuse: Refuse, nameOf: NameOf): void {
  const { faults } = swarm;
  if (faults?.length === 0) refuse('faults', 'is empty', 'add an event, or remove the field');
  faults?.forEach((event, i) => {
    const check = new FaultCheck(swarm, `faults[${i}]`, refuse, nameOf);
    check.time(event.atMs);
    kindOf(event).check(event, check);
  });
}
