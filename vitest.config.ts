/**
 * How tests run: from source, in processes of their own, so that a test may start worker threads
 * from `.ts` files, and end them the hard way, without touching the tests beside it.
 */

import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const source = 'cachetorrent-source';

// What Node makes of a `.ts` file is kept for all processes and threads of the tests. Else each
// thread would run Node's own compiler for itself, which is WebAssembly, and V8 crashes at times
// where many threads load and leave such code (nodejs/node issue 64500).
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/tests', import.meta.url),
);

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
