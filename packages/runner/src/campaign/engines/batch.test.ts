import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { inFolder, fakeRecord, smallCampaign } from '../../../test/campaigns.ts';
import { RunTimeEstimator } from '../estimate.ts';
import type { CampaignPlan } from '../experiment/plan.ts';
import { Store } from '../store/store.ts';
import {
  type Batch,
  type BatchOptions,
  removeJobFile,
  writeJobFile,
  submittedBatches,
  writeBatch,
} from './batch.ts';

const OPTIONS: BatchOptions = { file: 'e.yaml', name: 'small', estimator: new RunTimeEstimator() };

async function withBatch(
  plan: CampaignPlan,
  options: Partial<BatchOptions>,
  use: (batch: Batch, store: Store) => Promise<void> | void,
): Promise<void> {
  await inFolder(async (folder) => {
    const store = await Store.open(join(folder, "Ann's store"));
    await use(await writeBatch(store, plan.runs, { ...OPTIONS, ...options }), store);
    store.close();
  });
}

/** Returns an estimator for which each run of `plan` takes `seconds`. */
function estimatorFor({ runs: [run] }: CampaignPlan, seconds: number): RunTimeEstimator {
  const estimator = new RunTimeEstimator();
  const guessMs = new RunTimeEstimator().expectedMs(run!.setting.swarm) - 200;
  const messages = guessMs * 800;
  const record = fakeRecord(run!);
  estimator.addSample({
    result: { ...record.result, messages: { have: messages } },
    timing: { ...record.timing, wallMs: seconds * 1000 - 200 },
  });
  return estimator;
}

describe('the job of a batch', () => {
  test('has the directives of an array, and the shard of each task', async () => {
    const plan = await smallCampaign({ repeat: 10 });
    await withBatch(
      plan,
      { tasks: 4, cpus: 2, sbatch: ['--partition=long', '--time=1:00'] },
      ({ script }) => {
        const directives = script.split('\n').filter((line) => line.startsWith('#SBATCH '));
        expect(
          directives.map((line) => line.slice('#SBATCH '.length).replace(/=.*(?=small-)/, '=…/')),
        ).toEqual([
          '--job-name=small',
          '--array=0-3',
          '--cpus-per-task=2',
          expect.stringMatching(/^--mem=\d+M$/),
          expect.stringMatching(/^--output=…\/small-[0-9a-f]{8}-%a\.log'$/),
          '--open-mode=append',
          '--requeue',
          '--signal=B:TERM@60',
          '--partition=long',
          '--time=1:00',
        ]);
        // bash can parse it, with any name of the store, and passes each task its shard.
        const printing = script.replace(/^exec /m, 'printf "%s\\n" ');
        const words = execFileSync('bash', ['-c', printing], {
          env: { SLURM_ARRAY_TASK_ID: '2' },
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        }).split('\n');
        expect(words[words.indexOf('--store') + 1]).toMatch(/\/Ann's store$/);
        expect(words.slice(-3)).toEqual(['--shard', '3/4', '']);
      },
    );
  });

  test.each([
    { option: '--partition=long', written: '--partition=long' },
    { option: '--exclusive', written: '--exclusive' },
    { option: '-p long', written: '-p long' },
    { option: '--comment=two words', written: "--comment='two words'" },
    { option: '--comment=half # of it', written: "--comment='half # of it'" },
    { option: "--comment=Ann's", written: "--comment='Ann'\\''s'" },
    { option: '--comment=', written: "--comment=''" },
  ])('has $option as $written', async ({ option, written }) => {
    await withBatch(await smallCampaign(), { sbatch: [option] }, ({ script }) => {
      expect(script.split('\n')).toContain(`#SBATCH ${written}`);
    });
  });

  test.each(['partition=long', '', '--comment=a\nrm -rf x'])('refuses %j', async (option) => {
    await expect(withBatch(await smallCampaign(), { sbatch: [option] }, () => {})).rejects.toThrow(
      '--sbatch: has',
    );
  });

  test.each([
    { rule: 'half a minute of work for each task', runs: 10, seconds: 10, options: {}, tasks: 3 },
    { rule: 'at least one task', runs: 10, seconds: 0.5, options: {}, tasks: 1 },
    { rule: 'no more tasks than runs', runs: 4, seconds: 600, options: {}, tasks: 4 },
    {
      rule: 'fewer tasks of several cores',
      runs: 10,
      seconds: 600,
      options: { cpus: 4 },
      tasks: 3,
    },
    { rule: 'at most a thousand tasks', runs: 1_500, seconds: 60, options: {}, tasks: 1_000 },
    { rule: 'the given number of tasks', runs: 10, seconds: 0.5, options: { tasks: 5 }, tasks: 5 },
  ])('has $rule', async ({ runs, seconds, options, tasks }) => {
    const plan = await smallCampaign({ repeat: runs });
    await withBatch(
      plan,
      { ...options, estimator: estimatorFor(plan, seconds) },
      ({ taskCount, script }) => {
        expect(taskCount).toBe(tasks);
        expect(script).toContain(`--array=0-${tasks - 1}\n`);
      },
    );
  });

  test('lists the keys of its runs', async () => {
    const plan = await smallCampaign({ repeat: 3 });
    await withBatch(plan, {}, ({ name }, store) => {
      const keys = JSON.parse(
        readFileSync(join(store.folder, 'batches', `${name}.json`), 'utf8'),
      ) as unknown;
      expect(keys).toEqual(plan.runs.map(({ key }) => key).toSorted());
    });
  });
});

test('a batch is submitted until its job has ended', async () => {
  const plan = await smallCampaign();
  await withBatch(plan, {}, async (batch, store) => {
    expect(submittedBatches(store)).toEqual([]);
    await writeJobFile(store, batch, '17');
    expect(submittedBatches(store)).toEqual([
      { name: batch.name, job: '17', keys: [plan.runs[0]!.key] },
    ]);
    await removeJobFile(store, submittedBatches(store)[0]!);
    expect(submittedBatches(store)).toEqual([]);
  });
});
