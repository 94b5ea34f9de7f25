import { expect, test } from 'vitest';

import { evictable } from './eviction.ts';

const NOW_MS = 100_000;

/** Peers as `name: seconds idle, what it does`. */
function choose(text: string, mayIdle?: () => number): string | undefined {
  const peers = text.split('; ').map((each) => {
    const [, name, idle, does] = /^(\w+): ([\d.]+)(?:, (\w+))?$/.exec(each)!;
    return {
      name: name!,
      isUsed: does === 'used',
      isInterested: does === 'interested',
      lastUsedMs: NOW_MS - 1_000 * Number(idle),
    };
  });
  return evictable(peers, NOW_MS, mayIdle)?.name;
}

test.each([
  { rule: 'the one that is idle for the longest time', peers: 'a: 2; b: 4; c: 3', is: 'b' },
  { rule: 'of equals the first', peers: 'a: 2; b: 4; c: 4', is: 'b' },
  { rule: 'one without interest after a second', peers: 'a: 1; b: 1.1', is: 'b' },
  { rule: 'an interested one after ten', peers: 'a: 10, interested; b: 11, interested', is: 'b' },
  { rule: 'none that was used in the last minute', peers: 'a: 60, used', is: undefined },
  { rule: 'one that was used before', peers: 'a: 61, used; b: 9, interested', is: 'a' },
])('evicts $rule', ({ peers, is }) => {
  expect(choose(peers)).toBe(is);
});

test('evicts by other times, if the caller knows better', () => {
  expect(choose('a: 59, used', () => 0)).toBe('a');
});
