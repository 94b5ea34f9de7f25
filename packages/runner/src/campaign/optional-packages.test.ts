/** Optional packages, in processes that cannot find them. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { fakeRecord, inFolder, SMALL_EXPERIMENT, smallCampaign } from '../../test/campaigns.ts';
import { COMMAND } from '../../test/queue.ts';
import { refreshDatasets } from './datasets/datasets.ts';
import { Store } from './store/store.ts';

const INDEX = new URL('../index.ts', import.meta.url).href;

/** Runs Node as if `packages` were not installed. */
function nodeWithout(
  packages: readonly string[],
  args: readonly string[],
): { code: number | null; out: string; err: string } {
  const hook = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, nextResolve) {
        if (!${JSON.stringify(packages)}.includes(specifier)) return nextResolve(specifier, context);
        throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });`;
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('a package that is not installed', { timeout: 60_000 }, () => {
  test.each([
    {
      missing: 'bullmq',
      args: ['work', '--redis', 'redis://127.0.0.1:1'],
      says: /^the queue in Redis: needs bullmq and ioredis, which are not installed\n.*npm install bullmq ioredis\n$/,
    },
    {
      missing: 'ioredis',
      args: ['work', '--redis', 'redis://127.0.0.1:1'],
      says: /^the queue in Redis: needs bullmq and ioredis, which are not installed\n.*npm install bullmq ioredis\n$/,
    },
    {
      missing: 'ioredis',
      args: ['sweep', 'FILE', '--store', 'NEW', '--engine', 'bullmq'],
      says: /^the queue in Redis: needs bullmq and ioredis, which are not installed\n.*npm install bullmq ioredis\n$/,
    },
    {
      missing: '@duckdb/node-api',
      args: ['query', 'STORE', 'SELECT 1'],
      says: /^query: needs @duckdb\/node-api, which is not installed\n.*npm install @duckdb\/node-api, or read the datasets/,
    },
  ])(
    '$missing ends $args.0 with exit code 2 and the command that installs it',
    ({ missing, args, says }) =>
      inFolder(async (folder) => {
        const file = join(folder, 'experiment.json');
        writeFileSync(file, JSON.stringify(SMALL_EXPERIMENT));
        const store = await Store.open(join(folder, 'store'));
        for (const run of (await smallCampaign()).runs) await store.put(fakeRecord(run));
        await refreshDatasets(store);
        store.close();
        const paths: Readonly<Record<string, string>> = {
          FILE: file,
          STORE: store.folder,
          NEW: join(folder, 'new'),
        };
        const { code, out, err } = nodeWithout(
          [missing],
          [COMMAND, ...args.map((arg) => paths[arg] ?? arg)],
        );
        expect({ code, out, err }).toEqual({
          code: 2,
          out: '',
          err: expect.stringMatching(says) as unknown,
        });
      }),
  );

  test('is not needed to load the package, or to sweep on this machine', () =>
    inFolder(async (folder) => {
      const packages = ['bullmq', 'ioredis', '@duckdb/node-api'];
      const conditions = '--conditions=cachetorrent-source';
      const program = `const { readConfig } = await import(${JSON.stringify(INDEX)}); console.log(typeof readConfig);`;
      const loaded = nodeWithout(packages, [conditions, '--input-type=module', '-e', program]);
      expect(loaded).toEqual({ code: 0, out: 'function\n', err: '' });

      const file = join(folder, 'experiment.json');
      writeFileSync(file, JSON.stringify(SMALL_EXPERIMENT));
      const swept = nodeWithout(packages, [
        COMMAND,
        'sweep',
        file,
        '--store',
        join(folder, 'store'),
        '--quiet',
      ]);
      expect({ code: swept.code, err: swept.err }).toEqual({ code: 0, err: '' });
      await Promise.resolve();
    }));
});
