/**
 * How tests run: from source, in processes of their own, so that a test may start worker threads
 * from `.ts` files, and end them the hard way, without touching the tests beside it.
 */

import { defineConfig } from 'vitest/config';

const source = 'cachetorrent-source';

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source] } },
  test: {
    include: ['packages/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    execArgv: [`--conditions=${source}`],
    testTimeout: 20_000,
    // Some tests drive other programs, and kill them: on a busy machine one may come too late.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
