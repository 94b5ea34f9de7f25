import { describe, expect, test } from 'vitest';

import { smallCampaign } from '../../../test/campaigns.ts';
import { runsInList, runsOfShard, shardOf } from './shard.ts';

describe('a shard', () => {
  test.each([
    {
      rule: 'is given, counted from 1',
      given: { shard: '2/8' },
      env: {},
      shard: { index: 1, count: 8 },
    },
    {
      rule: 'is given, which overrides Slurm',
      given: { shard: '2/8' },
      env: { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '6' },
      shard: { index: 1, count: 8 },
    },
    {
      rule: 'is that of a task of Slurm',
      given: {},
      env: { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '4' },
      shard: { index: 3, count: 4 },
    },
    {
      rule: 'is counted from the first task of Slurm',
      given: {},
      env: { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' },
      shard: { index: 2, count: 3 },
    },
    {
      rule: 'is counted in the steps of Slurm',
      given: {},
      env: {
        SLURM_ARRAY_TASK_ID: '14',
        SLURM_ARRAY_TASK_MIN: '10',
        SLURM_ARRAY_TASK_STEP: '2',
        SLURM_ARRAY_TASK_COUNT: '5',
      },
      shard: { index: 2, count: 5 },
    },
    {
      rule: 'is that of a pod of Kubernetes',
      given: { shards: 4 },
      env: { JOB_COMPLETION_INDEX: '0' },
      shard: { index: 0, count: 4 },
    },
    {
      rule: 'is that of a job of AWS Batch',
      given: { shards: 9 },
      env: { AWS_BATCH_JOB_ARRAY_INDEX: '8' },
      shard: { index: 8, count: 9 },
    },
    {
      rule: 'has the count of AWS Batch',
      given: {},
      env: { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '2' },
      shard: { index: 1, count: 2 },
    },
  ])('$rule', ({ given, env, shard }) => {
    expect(shardOf(given, env as Record<string, string>)).toEqual(shard);
  });

  test.each([
    { wrong: 'no index is given', given: {}, env: {}, says: '--shard: is missing' },
    {
      wrong: 'no count is given',
      given: {},
      env: { JOB_COMPLETION_INDEX: '3' },
      says: '--shards: is missing: JOB_COMPLETION_INDEX gives the index',
    },
    {
      wrong: 'it is not a fraction',
      given: { shard: 'half' },
      env: {},
      says: '--shard: is "half"',
    },
    {
      wrong: 'it is below 1',
      given: { shard: '0/4' },
      env: {},
      says: /--shard 0\/4: is not one of the 4 shards\n.*write 1\/4 to 4\/4/,
    },
    {
      wrong: 'it is beyond the last',
      given: { shard: '5/4' },
      env: {},
      says: '--shard 5/4: is not one of the 4 shards',
    },
    { wrong: 'there are none', given: { shard: '1/0' }, env: {}, says: 'write 1 shard or more' },
    {
      wrong: 'the task is beyond the last',
      given: { shards: 2 },
      env: { JOB_COMPLETION_INDEX: '2' },
      says: 'JOB_COMPLETION_INDEX=2: is not one of the 2 shards',
    },
    {
      wrong: 'the task id is invalid',
      given: {},
      env: { SLURM_ARRAY_TASK_ID: 'x', SLURM_ARRAY_TASK_COUNT: '2' },
      says: 'SLURM_ARRAY_TASK_ID=x: is not one of the 2 shards',
    },
    {
      wrong: 'the task id is empty',
      given: {},
      env: { SLURM_ARRAY_TASK_ID: '', SLURM_ARRAY_TASK_COUNT: '2' },
      says: 'SLURM_ARRAY_TASK_ID=: is not one of the 2 shards',
    },
    {
      wrong: 'the number of tasks is negative',
      given: {},
      env: { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_COUNT: '-1' },
      says: '--shards: is missing',
    },
  ])('is rejected if $wrong', ({ given, env, says }) => {
    expect(() => shardOf(given, env as Record<string, string>)).toThrow(says);
  });
});

describe('the shards of a campaign', () => {
  test.each([1, 2, 3, 7, 40])(
    'of %i contain each run once, and have about equal sizes',
    async (count) => {
      const { runs } = await smallCampaign({
        vary: { leaders: [null, 10, 30], pieces: [5, 10] },
        repeat: 4,
      });
      const shards = Array.from({ length: count }, (_, index) =>
        runsOfShard(runs, { index, count }),
      );
      const keys = shards.flat().map(({ key }) => key);
      expect(keys.toSorted()).toEqual(runs.map(({ key }) => key).toSorted());
      const sizes = shards.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    },
  );

  test('do not depend on the order of the runs', async () => {
    const { runs } = await smallCampaign({ vary: { pieces: [5, 10, 20] }, repeat: 4 });
    const shard = { index: 1, count: 3 };
    expect(runsOfShard(runs.toReversed(), shard)).toEqual(runsOfShard(runs, shard));
  });

  test('each have some of the long runs, and begin with them', async () => {
    const { runs } = await smallCampaign({ vary: { pieces: [5, 1000] }, repeat: 4 });
    const pieces = [0, 1].map((index) =>
      runsOfShard(runs, { index, count: 2 }).map(({ setting }) => setting.swarm.pieces),
    );
    expect(pieces).toEqual([
      [1000, 1000, 5, 5],
      [1000, 1000, 5, 5],
    ]);
  });

  test('contain a run of two settings once', async () => {
    const { runs } = await smallCampaign({ labels: ['who'], vary: { who: ['a', 'b'] } });
    expect(runsOfShard(runs, { index: 0, count: 1 })).toHaveLength(1);
  });

  test('can be restricted to a list of runs, which have to be in the experiment', async () => {
    const { runs } = await smallCampaign({ repeat: 3 });
    expect(runsInList(runs, [runs[2]!.key, runs[0]!.key], 'list')).toEqual([runs[2], runs[0]]);
    expect(() => runsInList(runs, ['0'.repeat(32)], 'list')).toThrow('list: names run 000');
  });
});
