import { expect, test } from 'vitest';

import { fingerprint } from './fingerprint.ts';

test('a simulator has one fingerprint', async () => {
  const once = await fingerprint();
  expect(once).toMatch(/^[0-9a-f]{12}$/);
  expect(await fingerprint()).toBe(once);
}, 120_000);
