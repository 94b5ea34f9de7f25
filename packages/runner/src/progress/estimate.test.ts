import { expect, test } from 'vitest';

import { completedShare, remainingMs } from './estimate.ts';

test.each([
  { rule: 'goes by messages at first',        messages: 250,   complete: 1,  share: 0.25 },
  { rule: 'goes by peers where they are more', messages: 250,  complete: 50, share: 0.5 },
  { rule: 'is not all before the end',        messages: 5_000, complete: 99, share: 0.99 },
])('the share that is done $rule', ({ messages, complete, share }) => {
  expect(completedShare({ simulatedMs: 0, messages, peersComplete: complete, peers: 100 }, 1_000)).toBe(share);
});

test.each([
  { elapsedMs: 1_000, share: 0.5,  left: 1_000 },
  { elapsedMs: 1_000, share: 0.1,  left: 9_000 },
  { elapsedMs: 1_000, share: 0.01, left: undefined },
])('after $elapsedMs ms and $share, $left ms are left', ({ elapsedMs, share, left }) => {
  expect(remainingMs(elapsedMs, share)).toBe(left);
});
