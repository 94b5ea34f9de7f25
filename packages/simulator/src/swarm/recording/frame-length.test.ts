import { expect, test } from 'vitest';

import { frameMsFor } from './frame-length.ts';

test.each([
  { rule: 'two seconds without a timeline', timelineMs: undefined, frameMs: 2_000 },
  { rule: 'a fifth of ten seconds', timelineMs: 10_000, frameMs: 2_000 },
  { rule: 'the interval of a fine timeline', timelineMs: 100, frameMs: 100 },
  { rule: 'a quarter of seven seconds', timelineMs: 7_000, frameMs: 1_750 },
  { rule: 'two seconds where no part is whole', timelineMs: 10_007, frameMs: 2_000 },
  { rule: 'two seconds where the interval is not whole', timelineMs: 2_500.5, frameMs: 2_000 },
])('frames have $rule', ({ timelineMs, frameMs }) => {
  expect(frameMsFor(timelineMs)).toBe(frameMs);
});
