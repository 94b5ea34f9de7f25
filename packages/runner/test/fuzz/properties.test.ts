import * as fc from 'fast-check';
import { test } from 'vitest';

import { PROPERTIES } from './properties.ts';

const RUNS = 300;

test.each(Object.entries(PROPERTIES))('%s', { timeout: 120_000 }, async (_, property) => {
  // A failure prints the seed and the smallest failing case.
  await fc.assert(property, { numRuns: RUNS });
});
