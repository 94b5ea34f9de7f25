/** The checks that `npm test` leaves out, as they say nothing about how the code behaves. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['.ci/*.test.ts'], testTimeout: 180_000, fileParallelism: false },
});
