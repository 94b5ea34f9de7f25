/**
 * The capacities of all peers of a class change, for good or for a time, also of those who arrive
 * meanwhile. Flows have their new rates from the next allocation on. Peers without an upload
 * capacity have no upload slots, so theirs does not change.
 */

import type { PeerId } from '@cachetorrent/protocol';

import type { CapacityChange } from '../plan/faults.ts';
import { EXACT_MAX } from '../plan/number-rule.ts';
import { TRACKER } from '../plan/plan.ts';
import type { FaultKind } from './fault-kind.ts';

export const CAPACITY_CHANGE: FaultKind<CapacityChange> = {
  describe: ({ className }) => `capacity of class ${className}`,
  check({ className, uploadKbps, downloadKbps, forMs }, check) {
    check.className(className);
    if (forMs !== undefined) check.duration(forMs);
    for (const [field, value] of Object.entries({ uploadKbps, downloadKbps })) {
      if (value === undefined) continue;
      const rule = { field, value, least: 1, most: EXACT_MAX, fraction: true };
      check.number({ ...rule, reason: 'a capacity that changes stays above 0' });
    }
    const own = check.swarm.classes.filter(({ name }) => name === className);
    if (uploadKbps === undefined || own.some((each) => each.uploadKbps > 0)) return;
    const problem = `is set, but class "${className}" does not upload and has no upload slots`;
    check.refuse('uploadKbps', problem, 'give the class an upload capacity, or remove this one');
  },
  times: ({ atMs, forMs }) => (forMs === undefined ? [atMs] : [atMs, atMs + forMs]),
  apply({ className }, as, { step, hit }) {
    const { plan } = as;
    as.capacitiesChange();
    if (step > 0) return;
    const isOfClass = (id: PeerId): boolean =>
      id !== TRACKER && plan.swarm.classes[plan.classOf(id)]!.name === className;
    hit(as.nodes().filter(({ id, hasStarted }) => hasStarted && isOfClass(id)).length);
  },
};
