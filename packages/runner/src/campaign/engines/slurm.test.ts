/** Array jobs with a real Slurm, of one node. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inFolder, resultsIn, runCountIn, smallCampaign, SMALL_EXPERIMENT } from '../../../test/campaigns.ts';
import { COMMAND, sweepLocally, waitUntil } from '../../../test/queue.ts';
import { HAS_SLURM, SlurmCluster } from '../../../test/slurm-cluster.ts';
import { Store } from '../store/store.ts';

/** On a machine that has other things to do. */
const PATIENCE_MS = 120_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(!HAS_SLURM)('an array job', { timeout: PATIENCE_MS }, () => {
  let cluster: SlurmCluster;

  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());

  function cachetorrent(...args: readonly string[]): Ended {
    const options = { env: cluster.env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], options);
    return { code: status, out: stdout, err: stderr };
  }

  /** The number of the job that `submit` has made. */
  function submitted(file: string, store: string, ...flags: readonly string[]): string {
    const { out, err } = cachetorrent('submit', 'slurm', file, '--store', store, ...flags);
    const job = /^job (\d+) has/m.exec(out)?.[1];
    if (job === undefined) throw new Error(`no job was submitted: ${out}${err}`);
    return job;
  }

  test('comes to the same store as this process', () =>
    withExperiment({ vary: { leaders: [null, 30] }, repeat: 3 }, async (file, folder, experiment) => {
      const [local, remote] = [join(folder, 'local'), join(folder, 'remote')];
      await sweepLocally(await smallCampaign(experiment), local);
      const args = ['submit', 'slurm', file, '--store', remote, '--tasks', '3'];
      expect(cachetorrent(...args).out).toMatch(
        /^small: 0 of 6 runs are in .*\njob (\d+) has 3 tasks for 6 runs; to see it: squeue --jobs \1\n/,
      );
      const again = cachetorrent(...args).out;
      const job = /^job (\d+) is still at work on \d of the others\nthere is nothing to submit$/m.exec(again);
      expect(job, again).not.toBeNull();
      await cluster.waitForJob(job![1]!);
      expect([...resultsIn(remote)]).toEqual([...resultsIn(local)]);
      expect(cachetorrent(...args).out).toMatch(/^small: 6 of 6 runs are in .*\nthere is nothing to submit\n$/);
    }));

  test('of which a task was killed is submitted again for what is missing', () =>
    withExperiment({ set: { ...SMALL_EXPERIMENT.set, pieces: 1_000 }, repeat: 6 }, async (file, store) => {
      const job = submitted(file, store, '--tasks', '2');
      await waitUntil(() => runCountIn(store) >= 1);
      kill(workersOf(store, '1/2'));
      await cluster.waitForJob(job);
      const made = runCountIn(store);
      expect(made).toBeLessThan(6);

      const { out } = cachetorrent('submit', 'slurm', file, '--store', store);
      expect(out).toContain(`for ${6 - made} runs`);
      await cluster.waitForJob(/^job (\d+) has/m.exec(out)![1]!);
      expect(runCountIn(store)).toBe(6);
    }));

  test('that is requeued goes on from where it was', () =>
    withExperiment({ set: { ...SMALL_EXPERIMENT.set, pieces: 1_000 }, repeat: 4 }, async (file, store) => {
      const job = submitted(file, store);
      await waitUntil(() => runCountIn(store) >= 1);
      cluster.run('scontrol', 'requeue', `${job}_0`);
      await waitUntil(() => cluster.tasksOf(job)[0]?.state === 'PENDING' && workersOf(store, '1/1').length === 0);
      const made = runCountIn(store);
      expect(made).toBeLessThan(4);
      // Slurm lets two minutes pass before it starts what was requeued. A few seconds it needs: on
      // a node where what was stopped is still being cleared away, it would fail at once.
      cluster.run('scontrol', 'update', `JobId=${job}_0`, 'StartTime=now+4');
      await cluster.waitForJob(job);
      expect(runCountIn(store)).toBe(4);
      const logs = readdirSync(join(store, 'batches')).filter((name) => name.endsWith('.log'));
      const said = readFileSync(join(store, 'batches', logs[0]!), 'utf8');
      expect(said).toMatch(new RegExp(`another try goes on from there[^]*: ${4 - made} runs? made, ${made} there before`));
    }));

  test('is waited for by sweep, and its failures are told once', () =>
    withExperiment(
      // Half of the peers know nobody in the other AS, so the file does not reach them.
      { set: { ...SMALL_EXPERIMENT.set, outPeers: 3 }, vary: { bias: [0, 100] }, repeat: 2 },
      async (file, store) => {
        const { code, out, err } = cachetorrent('sweep', file, '--store', store, '--engine', 'array', '--quiet');
        expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('2 runs failed, each 2 times') });
        expect(out).toContain('small: 2 runs made');
        const failures = await (await Store.openReadOnly(store)).failures();
        expect(failures.map(({ attempts }) => attempts)).toEqual([2, 2]);
        expect(failures[0]!.error).toContain('SwarmStalled');
      },
    ));

  test('that Slurm does not take is refused in its words', () =>
    withExperiment({}, async (file, store) => {
      const { code, err } = cachetorrent('submit', 'slurm', file, '--store', store, '--sbatch=--partition=none');
      expect([code, err]).toEqual([2, expect.stringMatching(/^sbatch: refused: .*invalid partition/i)]);
      await Promise.resolve();
    }));
});

test('where there is no Slurm, the script is there all the same', () =>
  withExperiment({}, async (file, store) => {
    const env = { ...process.env, PATH: '/nowhere' };
    const args = [COMMAND, 'submit', 'slurm', file, '--store', store];
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^sbatch: is not installed here\n  to mend it: .* or submit .+\.sh in another way\n$/),
    ]);
    expect(readFileSync(/or submit (.+\.sh)/.exec(stderr)![1]!, 'utf8')).toContain('#SBATCH --array=0-0');
    await Promise.resolve();
  }));

async function withExperiment(
  changes: object,
  use: (file: string, store: string, experiment: object) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, 'experiment.json');
    const experiment = { ...SMALL_EXPERIMENT, ...changes };
    writeFileSync(file, JSON.stringify(experiment));
    await use(file, join(folder, 'a store'), experiment);
  });
}

/** The processes at work on a shard of what is in `store`. */
function workersOf(store: string, shard: string): readonly number[] {
  const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const ours = processes.filter((line) => line.includes(store) && line.endsWith(` ${shard}`));
  return ours.map((line) => Number.parseInt(line, 10));
}

function kill(processes: readonly number[]): void {
  expect(processes).not.toEqual([]);
  for (const pid of processes) process.kill(pid, 'SIGKILL');
}
