/**
 * What tells the original's rules from a client's, one switch at a time: each thrown by itself
 * from where a client stands, and each by itself from where the original stands.
 */

import type { Overrides } from '@cachetorrent/runner';
import { CLIENT_QUIRKS, type Quirks } from '@cachetorrent/protocol';

import type { Rules } from '../published/experiments.ts';

export interface Switched {
  /** As it stands in the table. */
  readonly title: string;
  readonly rules: Rules;
  /** What the configuration says besides its rules; nothing where the rules stand as they are. */
  readonly thrown: Overrides;
}

/** These change nothing where nobody leads. */
const OF_LEADERS: ReadonlySet<keyof Quirks> = new Set([
  'duplicateForwards',
  'queueDuplicateRequests',
  'announceOnRelays',
  'eagerRelays',
  'forwardNewOnly',
]);

/** By the rules as they stand first, then with each switch thrown. */
export function switchesOf(rules: Rules, withLeaders: boolean): Switched[] {
  const isOn = rules === 'client';
  const names = Object.keys(CLIENT_QUIRKS).filter(
    (name) => withLeaders || !OF_LEADERS.has(name as keyof Quirks),
  );
  return [
    { title: isOn ? '**client**' : '**original**', rules, thrown: {} },
    ...names.map((name) => ({
      title: `\`${name}\` ${isOn ? 'on' : 'off'}`,
      rules,
      thrown: { [`client.quirks.${name}`]: isOn },
    })),
    {
      title: isOn ? '50 ms for every message' : "the topology's latency",
      rules,
      thrown: { latency: isOn ? 50 : 'topology' },
    },
    {
      title: isOn ? 'a seed that chokes as leechers do' : 'a seed that takes turns',
      rules,
      thrown: { seedChoker: isOn ? 'tit-for-tat' : 'round-robin' },
    },
  ];
}
