/**
 * How tests run: from source, each file in a process of its own, so that a test can start worker
 * threads from `.ts` files, and terminate them, without affecting other tests.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const source = 'cachetorrent-source';
const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Tests that start, signal or kill other programs. On a busy machine such a program may react too
 * late, so these tests are tried a second time. All others must pass at the first try.
 */
const DRIVES_PROGRAMS = [
  'packages/client/test/client.test.ts',
  'packages/client/test/processes.test.ts',
  'packages/client/test/interop/interop.test.ts',
  'packages/runner/src/campaign/engines/bullmq-lost-jobs.test.ts',
  'packages/runner/src/campaign/engines/bullmq.test.ts',
  'packages/runner/src/campaign/engines/redis.test.ts',
  'packages/runner/src/campaign/engines/slurm.test.ts',
  'packages/runner/src/campaign/store/ledger.test.ts',
  'packages/runner/test/killed-queue.test.ts',
  'packages/runner/test/killed.test.ts',
  'packages/runner/test/recording.test.ts',
  'packages/runner/test/stopped.test.ts',
  'test/browser.test.ts',
  'test/bundle.test.ts',
  'test/command.test.ts',
  'test/leader-crash.test.ts',
  'test/loaded-modules.test.ts',
  'test/view.test.ts',
  'tools/help.test.ts',
  'tools/soak/soak.test.ts',
  'tools/validate/validate.test.ts',
];
const moved = DRIVES_PROGRAMS.filter((path) => !existsSync(`${root}${path}`));
if (moved.length > 0) {
  throw new Error(`vitest.config.ts lists tests that do not exist: ${moved.join(', ')}`);
}

// Node's compiled form of a `.ts` file is cached for all processes and threads of the tests.
// Without the cache, every thread runs Node's own compiler, which is WebAssembly, and V8 sometimes
// crashes where many threads load and unload such code (nodejs/node issue 64500).
process.env['NODE_COMPILE_CACHE'] ??= `${root}node_modules/.cache/tests`;

export default defineConfig({
  resolve: { conditions: [source] },
  ssr: { resolve: { conditions: [source] } },
  test: {
    pool: 'forks',
    execArgv: [`--conditions=${source}`],
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'in-process',
          include: ['packages/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...DRIVES_PROGRAMS],
        },
      },
      {
        extends: true,
        test: { name: 'programs', include: DRIVES_PROGRAMS, retry: 1 },
      },
    ],
  },
});
