/** Checks of the repository and of its documented commands, which `npm test` does not run. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['.ci/*.test.ts'], testTimeout: 180_000, fileParallelism: false },
});
