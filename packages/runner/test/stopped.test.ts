/** Two sweeps on one store, one of which is stopped (SIGSTOP) and goes on later. */

import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DatabaseSync } from 'node:sqlite';

import { expect, test } from 'vitest';

import { Store } from '../src/campaign/store/store.ts';
import { sweep, type SweepEvent } from '../src/campaign/sweep.ts';
import { cli } from '../src/cli.ts';
import { EXIT_CODE } from '../src/exit-code.ts';
import { FakeEngine, inFolder, runCountIn, SMALL_EXPERIMENT, smallCampaign } from './campaigns.ts';
import { startProcess } from './child-process.ts';
import { COMMAND, waitUntil } from './queue.ts';
import { testEnvironment } from './test-environment.ts';

/** Generous: it is reached on a machine only where the sweeps wait for ever. */
const TIMEOUT_MS = 120_000;
const RUNS = 6;

test(
  'one says that it waits for the runs of the other, and each counts its own',
  () =>
    inFolder(async (folder) => {
      const file = join(folder, 'experiment.json');
      const store = join(folder, 'store');
      const set = { ...SMALL_EXPERIMENT.set, pieces: 3_000 };
      writeFileSync(file, JSON.stringify({ ...SMALL_EXPERIMENT, set, repeat: RUNS }));
      const args = ['sweep', file, '--store', store, '--jobs', '1', '--quiet'];
      const child = startProcess(process.execPath, [COMMAND, ...args], { stdout: 'pipe' });
      const childOut = text(child.stdout!);
      await waitUntil(() => runCountIn(store) > 0);
      await waitUntil(() => {
        child.kill('SIGSTOP');
        if (isExecuting(store)) return true;
        child.kill('SIGCONT');
        return false;
      });

      const environment = testEnvironment();
      const waiting = `waiting for the runs of process ${child.pid} on this machine`;
      const stderr = {
        write: (line: string) => {
          environment.output.err += line;
          if (line.includes(waiting)) child.kill('SIGCONT');
        },
      };
      expect(await cli(args, { ...environment, stderr })).toBe(EXIT_CODE.success);
      await child.exited;
      expect(environment.output.err).toContain(`${waiting}, which is stopped\n`);
      expect(runCountIn(store)).toBe(RUNS);
      const finished = (out: string) => Number(/: (\d+) runs? finished/.exec(out)![1]);
      const stored = Number(/(\d+) already in/.exec(environment.output.out)![1]);
      const [ours, theirs] = [finished(environment.output.out), finished(await childOut)];
      expect(ours + theirs).toBe(RUNS);
      expect(environment.output.out).toContain(`, ${RUNS - stored - ours} by other processes, `);
    }),
  TIMEOUT_MS,
);

test(
  'one waits while the other has been stopped in a change of the ledger',
  () =>
    inFolder(async (folder) => {
      const plan = await smallCampaign({ repeat: 4 });
      const store = await Store.open(folder);
      const ledger = JSON.stringify(join(folder, 'ledger.sqlite'));
      const program =
        `const { DatabaseSync } = require('node:sqlite');` +
        `new DatabaseSync(${ledger}).exec('BEGIN IMMEDIATE');` +
        `console.log('begun'); setInterval(() => {}, 1000);`;
      const child = startProcess(process.execPath, ['-e', program], { stdout: 'pipe' });
      await once(child.stdout!, 'data');
      child.kill('SIGSTOP');
      const events: SweepEvent[] = [];
      const onEvent = (event: SweepEvent) => {
        events.push(event);
        if (event.kind === 'waiting') child.kill('SIGKILL');
      };
      const { signal } = new AbortController();
      const summary = await sweep({ plan, store, engine: new FakeEngine(), signal, onEvent });
      const reason = 'another process, which has locked the ledger of the store';
      expect(events).toContainEqual({ kind: 'waiting', reason });
      expect(summary.done).toBe(4);
      store.close();
    }),
  TIMEOUT_MS,
);

test('a command that waits for the ledger can be interrupted', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const store = join(folder, 'store');
    writeFileSync(file, JSON.stringify(SMALL_EXPERIMENT));
    mkdirSync(store);
    (await Store.open(store)).close();
    const lock = new DatabaseSync(join(store, 'ledger.sqlite'));
    lock.exec('BEGIN EXCLUSIVE');
    const child = startProcess(process.execPath, [COMMAND, 'sweep', file, '--store', store], {
      stderr: 'pipe',
    });
    const [warning] = (await once(child.stderr!, 'data')) as [Buffer];
    expect(warning.toString()).toContain('waiting for another process, which has locked');
    child.kill('SIGINT');
    expect(await child.exited).toBe(EXIT_CODE.interrupted);
    lock.close();
  }));

/** Whether a run of the store is claimed and not stored yet, and the ledger is not locked. */
function isExecuting(store: string): boolean {
  const database = new DatabaseSync(join(store, 'ledger.sqlite'), { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE');
    const claims = database.prepare('SELECT key FROM claims').all() as { readonly key: string }[];
    database.exec('ROLLBACK');
    return claims.some(({ key }) => !existsSync(join(store, 'runs', key.slice(0, 2), key)));
  } catch {
    return false;
  } finally {
    database.close();
  }
}
