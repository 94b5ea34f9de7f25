import { expect, test } from 'vitest';

import { RESULTS_VERSION } from '../../packages/runner/src/campaign/experiment/key.ts';
import { fingerprint } from './fingerprint.ts';

test('a simulator has one fingerprint', async () => {
  const once = await fingerprint();
  expect(once).toMatch(/^[0-9a-f]{12}$/);
  expect(await fingerprint()).toBe(once);
}, 120_000);

/** Stores keep a run for as long as its version says that it would come to the same again. */
test('results have a version, which is raised when they change', async () => {
  const message = 'results have changed: raise RESULTS_VERSION, and write the new fingerprint here';
  expect([RESULTS_VERSION, await fingerprint()], message).toEqual([3, '9203a2e876a0']);
}, 120_000);
