/** The kinds of faults by name. */

import type { Fault } from '../plan/faults.ts';
import { CAPACITY_CHANGE } from './capacity-change.ts';
import { CUT } from './cut.ts';
import type { FaultKind } from './fault-kind.ts';
import { MASS_DEPARTURE } from './mass-departure.ts';
import { NEW_SEED } from './new-seed.ts';
import { TRACKER_SILENCE } from './tracker-silence.ts';

const KINDS: { readonly [Name in Fault['fault']]: FaultKind<Extract<Fault, { fault: Name }>> } = {
  crash: MASS_DEPARTURE,
  leave: MASS_DEPARTURE,
  cut: CUT,
  capacity: CAPACITY_CHANGE,
  seed: NEW_SEED,
  'tracker-silence': TRACKER_SILENCE,
};

/** The kind of an event. */
export function kindOf(event: Fault): FaultKind {
  return KINDS[event.fault] as FaultKind;
}
