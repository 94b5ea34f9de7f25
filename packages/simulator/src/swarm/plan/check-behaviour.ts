/** Checks what peers do that they should not, and who can connect to whom. */

import { checkNumber, type Refuse } from './number-rule.ts';
import { type Swarm, usedUploadKbps } from './swarm.ts';

export function checkBehaviour(swarm: Swarm, refuse: Refuse): void {
  swarm.classes.forEach(({ claimedPercent }, i) => {
    if (claimedPercent === undefined) return;
    const reason = 'a percentage is 0 or more';
    const rule = { value: claimedPercent, least: 0, most: 100, fraction: true, reason };
    checkNumber({ field: `classes[${i}].claimedPercent`, ...rule }, refuse);
  });
  refuseIsolated(swarm, refuse);
}

/** Two peers can connect if others can connect to one of them. The first peers are the seeds. */
function refuseIsolated({ classes, seeds }: Swarm, refuse: Refuse): void {
  const mayServe = classes.some(
    (peerClass) => peerClass.isReachable !== false && usedUploadKbps(peerClass) > 0,
  );
  if (mayServe) return;
  let first = 0;
  for (const [i, { name, count = 0, arrivals, isReachable }] of classes.entries()) {
    first += arrivals === undefined ? count : 0;
    const hasLeechers = first > seeds || arrivals !== undefined;
    if (!hasLeechers || isReachable !== false) continue;
    const problem =
      `is false for class "${name}", and no peer that uploads is reachable either: two peers ` +
      'that nobody can reach cannot connect, so these could never complete';
    refuse(`classes[${i}].isReachable`, problem, 'let the seeds be reachable, or this class');
  }
}
