import type { LeaderShortage, SwarmResult } from '@cachetorrent/simulator';
import { resolveSwarm } from '@cachetorrent/simulator/configuration';
import { expect, test } from 'vitest';

import { leaderWarning } from './leader-warning.ts';

const shortage = (as: number, missing: number, shortMs: number): LeaderShortage => ({
  as,
  asked: 9.04,
  missing,
  shortMs,
  presentMs: 7_200_000,
});

function warning(leaderShortages: LeaderShortage[] | undefined, isOpen: boolean, cache = {}) {
  const { config } = resolveSwarm({
    peers: 20,
    file: { pieces: 8 },
    tracker: { minPeers: 9 },
    cache: { leaders: 30, ...cache },
  });
  const churn = isOpen ? {} : undefined;
  return leaderWarning({ leaderShortages, asCount: 8, churn } as unknown as SwarmResult, config);
}

test.each([
  { rule: 'nothing without elections', of: undefined, says: undefined },
  { rule: 'nothing if all have their leaders', of: [], says: undefined },
  {
    rule: 'which AS, and how many leaders less, the worst first',
    of: [shortage(1, 3, 7_200_000), shortage(6, 4, 7_200_000)],
    says:
      '2 of 8 AS had fewer leaders than asked for: AS 6 lacked 4 of 9; AS 1 lacked 3 of 9 ' +
      '(the election is held when 9 peers have joined (tracker.minPeers))',
  },
  {
    rule: 'for how long, where peers come and go',
    of: [shortage(1, 1.26, 1_800_000)],
    isOpen: true,
    says:
      '1 of 8 AS had fewer leaders than asked for: AS 1 lacked 1.3 of 9.0 for 30 min of 2.0 h ' +
      '(one that crashes is replaced only when the tracker hears of it)',
  },
  {
    rule: 'no more AS than one wants to read',
    of: [1, 2, 3, 4, 5, 6].map((as) => shortage(as, 1, 900_000 * as)),
    isOpen: true,
    says: /6 of 8 AS .*: AS 6 [^;]*; AS 5 [^;]*; AS 4 [^;]*; AS 3 [^;]*; and 2 more \(one/,
  },
  {
    rule: 'that an AS may have fewer peers than leaders at least',
    of: [shortage(1, 1, 1)],
    cache: { minLeaders: 2 },
    says: /, and an AS has cache\.minLeaders only if it has as many peers\)$/,
  },
])('a run says $rule', ({ of, says, isOpen = false, cache }) => {
  const text = warning(of, isOpen, cache);
  if (says === undefined) expect(text).toBeUndefined();
  else if (typeof says === 'string') expect(text).toBe(says);
  else expect(text).toMatch(says);
});
