/**
 * The switches between the original's rules and a client's. Each is switched by itself, once in
 * the rules of a client and once in those of the original.
 */

import { CLIENT_QUIRKS, type Quirks } from '@cachetorrent/protocol';
import type { Overrides } from '@cachetorrent/runner';

/** The rules of peers, as in a configuration. */
export type Rules = 'client' | 'original';

export interface SwitchedRules {
  /** The title of the row. */
  readonly title: string;
  /** Fields of the configuration besides its rules; empty for the rules as they are. */
  readonly changes: Overrides;
}

/** Quirks that change nothing without leaders. */
const OF_LEADERS: ReadonlySet<string> = new Set<keyof Quirks>([
  'duplicateForwards',
  'queueDuplicateRequests',
  'announceOnRelays',
  'eagerRelays',
  'forwardNewOnly',
]);

/** Returns the rules as they are first, then the rules with each switch changed. */
export function switchesOf(rules: Rules, withLeaders: boolean): SwitchedRules[] {
  const isOn = rules === 'client';
  const names = Object.keys(CLIENT_QUIRKS).filter((name) => withLeaders || !OF_LEADERS.has(name));
  return [
    { title: `**${rules}**`, changes: {} },
    ...names.map((name) => ({
      title: `\`${name}\` ${isOn ? 'on' : 'off'}`,
      changes: { [`client.quirks.${name}`]: isOn },
    })),
    {
      title: isOn ? '50 ms for every message' : "the topology's latency",
      changes: { latency: isOn ? 50 : 'topology' },
    },
    {
      title: isOn ? 'a seed that chokes as leechers do' : 'a seed that takes turns',
      changes: { seedChoker: isOn ? 'tit-for-tat' : 'round-robin' },
    },
  ];
}
