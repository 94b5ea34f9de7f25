import { describe, expect, test } from 'vitest';

import { Service } from './service.ts';

type Step = readonly [atMs: number, what: 'begin' | 'opened' | 'closed' | 'end'];

/** What happens to node 1 of two. */
function after(steps: readonly Step[]): Service {
  const service = new Service(2);
  for (const [atMs, what] of steps) service[what](1, atMs);
  return service;
}

describe('the time without service', () => {
  test.each<{ rule: string; steps: readonly Step[]; ms: number; now: number }>([
    { rule: 'is that until something flows', steps: [[10, 'begin']], ms: 90, now: 1 },
    {
      rule: 'ends with the first flow',
      steps: [
        [10, 'begin'],
        [30, 'opened'],
        [40, 'opened'],
      ],
      ms: 20,
      now: 0,
    },
    {
      rule: 'begins again when the last flow ends',
      steps: [
        [10, 'begin'],
        [30, 'opened'],
        [40, 'opened'],
        [50, 'closed'],
        [70, 'closed'],
      ],
      ms: 50,
      now: 1,
    },
    {
      rule: 'ends with completion',
      steps: [
        [10, 'begin'],
        [30, 'end'],
        [50, 'opened'],
        [60, 'closed'],
      ],
      ms: 20,
      now: 0,
    },
    {
      rule: 'adds up over several stays',
      steps: [
        [10, 'begin'],
        [30, 'end'],
        [60, 'begin'],
      ],
      ms: 60,
      now: 1,
    },
    {
      rule: 'is 0 for a peer that holds the file',
      steps: [
        [10, 'opened'],
        [20, 'closed'],
      ],
      ms: 0,
      now: 0,
    },
  ])('$rule', ({ steps, ms, now }) => {
    const service = after(steps);
    expect([...service.totalsMs(100)]).toEqual([0, ms]);
    expect(service.unservedCount).toBe(now);
  });
});
