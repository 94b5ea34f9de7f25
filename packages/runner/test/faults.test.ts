/** One call after the other to the file system or to SQLite fails, until a command makes no more. */

import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { withStoreErrors } from '../src/campaign/store/files.ts';
import { Store } from '../src/campaign/store/store.ts';
import { sweep } from '../src/campaign/sweep.ts';
import { cli } from '../src/cli.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { UserError } from '../src/user-error.ts';
import {
  fakeRecord,
  FakeEngine,
  inFolder,
  resultsIn,
  SMALL_EXPERIMENT,
  smallCampaign,
} from './campaigns.ts';
import { withFault } from './faults.ts';
import { testEnvironment } from './test-environment.ts';

/** Generous: a few hundred short commands. */
const TIMEOUT_MS = 240_000;
const NEVER = new AbortController().signal;
const plots = [{ x: 'leaders', y: 'redundancy' }];
const plan = await smallCampaign({ vary: { leaders: [20, 50] }, repeat: 2, plots });

async function sweepInto(folder: string): Promise<void> {
  await withStoreErrors(folder, async () => {
    const store = await Store.open(folder);
    try {
      await sweep({ plan, store, engine: new FakeEngine(), signal: NEVER });
    } finally {
      store.close();
    }
  });
}

/** Calls `use` with a store of `runs` runs, and the folder around it. */
async function withStoreOf(
  runs: number,
  use: (store: string, parent: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (parent) => {
    const folder = join(parent, 'store');
    const store = await Store.open(folder);
    for (const run of plan.runs.slice(0, runs)) await store.put(fakeRecord(run));
    store.close();
    await use(folder, parent);
  });
}

test(
  'a sweep says what is wrong, loses nothing, and can be repeated',
  () =>
    withStoreOf(1, async (template, parent) => {
      let isOver = false;
      for (let at = 0; !isOver; at++) {
        const folder = join(parent, String(at));
        cpSync(template, folder, { recursive: true });
        let error: unknown;
        const fault = await withFault(folder, at, () =>
          sweepInto(folder).catch((thrown: unknown) => {
            error = thrown;
          }),
        );
        isOver = fault === undefined;
        if (error !== undefined) {
          expect(error, fault).toBeInstanceOf(UserError);
          expect((error as UserError).message, fault).toContain(`store ${folder}`);
        }
        expect([...resultsIn(folder)], fault).toEqual(
          expect.arrayContaining([...resultsIn(template)]),
        );
        const unfinished = readdirSync(join(folder, 'scratch'));
        if (!isOfRemoval(fault)) expect(unfinished, fault).toEqual([]);
        const isReplaced = existsSync(join(folder, 'ledger.sqlite.damaged'));
        expect(isReplaced, fault).toBe(fault?.endsWith(', code 11') === true);
        await withFault(folder, Infinity, () => sweepInto(folder));
        const store = await Store.openReadOnly(folder);
        expect(store.keys(), fault).toHaveLength(plan.runs.length);
        expect(store.findDamaged(store.keys(), true), fault).toEqual([]);
        expect(readdirSync(join(folder, 'scratch')), fault).toEqual([]);
      }
    }),
  TIMEOUT_MS,
);

test.each([
  {
    command: 'report',
    hasOutput: true,
    args: (store: string, out: string) => ['report', store, '--out', out, '--force'],
  },
  {
    command: 'export',
    hasOutput: true,
    args: (store: string, out: string) => ['export', store, '--out', out],
  },
  {
    command: 'query',
    hasOutput: false,
    args: (store: string) => ['query', store, 'SELECT count(*) FROM runs', '--format', 'csv'],
  },
  {
    command: 'sweep --dry-run',
    hasOutput: false,
    args: (store: string) => ['sweep', join(store, '../e.json'), '--store', store, '--dry-run'],
  },
  {
    command: 'run --out',
    hasOutput: true,
    args: (store: string, out: string) => ['run', join(store, '../c.json'), '--out', out],
  },
])(
  '$command says what is wrong, loses nothing, and can be repeated',
  ({ args, hasOutput }) =>
    withStoreOf(4, async (store, parent) => {
      await sweepInto(store);
      writeFileSync(
        join(parent, 'e.json'),
        JSON.stringify({ ...SMALL_EXPERIMENT, vary: { leaders: [20, 50] }, repeat: 2 }),
      );
      cpSync(SMALL_EXPERIMENT.base, join(parent, 'c.json'));
      const out = join(parent, 'out');
      const before = resultsIn(store);
      let isOver = false;
      for (let at = 0; !isOver; at++) {
        const environment = testEnvironment();
        let code = -1;
        const fault = await withFault(parent, at, async () => {
          code = await cli(args(store, out), environment);
        });
        isOver = fault === undefined;
        const { err } = environment.output;
        expect(err, fault).not.toMatch(/^ +at |unexpected|undefined/m);
        if (code === EXIT_CODE.success) expect(existsSync(out), fault).toBe(hasOutput);
        else expect(err, fault).toMatch(/^.+: .+\n {2}fix: /);
        expect([...resultsIn(store)], fault).toEqual([...before]);
        const leftovers = readdirSync(parent, { recursive: true, encoding: 'utf8' });
        // A file that cannot be removed is removed by the next command.
        if (!isOfRemoval(fault)) expect(leftovers.filter(isUnfinished), fault).toEqual([]);
        if (isOver) expect(code).toBe(EXIT_CODE.success);
        rmSync(out, { recursive: true, force: true });
      }
    }),
  TIMEOUT_MS,
);

function isOfRemoval(fault: string | undefined): boolean {
  return fault?.includes(', rm ') === true;
}

function isUnfinished(name: string): boolean {
  return /\.(new|old)$/.test(name);
}
