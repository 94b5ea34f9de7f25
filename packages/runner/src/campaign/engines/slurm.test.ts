/** Array jobs on a real Slurm cluster of one node. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  inFolder,
  resultsIn,
  runCountIn,
  smallCampaign,
  SMALL_EXPERIMENT,
} from '../../../test/campaigns.ts';
import { COMMAND, sweepLocally, waitUntil } from '../../../test/queue.ts';
import { HAS_SLURM, SlurmCluster } from '../../../test/slurm-cluster.ts';
import { Store } from '../store/store.ts';

/** Allows for a busy machine. */
const TEST_TIMEOUT_MS = 120_000;

interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(!HAS_SLURM)('an array job', { timeout: TEST_TIMEOUT_MS }, () => {
  let cluster: SlurmCluster;

  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());

  function cachetorrent(...args: readonly string[]): CommandResult {
    const options = { env: cluster.env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], options);
    return { code: status, out: stdout, err: stderr };
  }

  /** Submits an experiment and returns the id of the job. */
  function submitJob(file: string, store: string, ...flags: readonly string[]): string {
    const { out, err } = cachetorrent('submit', 'slurm', file, '--store', store, ...flags);
    const job = /^submitted job (\d+):/m.exec(out)?.[1];
    if (job === undefined) throw new Error(`no job was submitted: ${out}${err}`);
    return job;
  }

  test('gives the same store as a local sweep', () =>
    withExperiment(
      { vary: { leaders: [null, 30] }, repeat: 3 },
      async (file, folder, experiment) => {
        const [local, remote] = [join(folder, 'local'), join(folder, 'remote')];
        await sweepLocally(await smallCampaign(experiment), local);
        const args = ['submit', 'slurm', file, '--store', remote, '--tasks', '3'];
        expect(cachetorrent(...args).out).toMatch(
          /^small: 0 of 6 runs are in .*\nsubmitted job (\d+): 3 tasks for 6 runs; show it with: squeue --jobs \1\n/,
        );
        const again = cachetorrent(...args).out;
        const job = /^job (\d+) is still executing \d of the others\nnothing to submit$/m.exec(
          again,
        );
        expect(job, again).not.toBeNull();
        await cluster.waitForJob(job![1]!);
        expect([...resultsIn(remote)]).toEqual([...resultsIn(local)]);
        expect(cachetorrent(...args).out).toMatch(
          /^small: 6 of 6 runs are in .*\nnothing to submit\n$/,
        );
      },
    ));

  test('of which a task was killed can be submitted again for the missing runs', () =>
    withExperiment(
      { set: { ...SMALL_EXPERIMENT.set, pieces: 1_000 }, repeat: 6 },
      async (file, store) => {
        const job = submitJob(file, store, '--tasks', '2');
        await waitUntil(() => runCountIn(store) >= 1);
        kill(workersOf(store, '1/2'));
        await cluster.waitForJob(job);
        const storedCount = runCountIn(store);
        expect(storedCount).toBeLessThan(6);

        const { out } = cachetorrent('submit', 'slurm', file, '--store', store);
        expect(out).toContain(`for ${6 - storedCount} runs`);
        await cluster.waitForJob(/^submitted job (\d+):/m.exec(out)![1]!);
        expect(runCountIn(store)).toBe(6);
      },
    ));

  test('that is requeued keeps its finished runs', () =>
    withExperiment(
      { set: { ...SMALL_EXPERIMENT.set, pieces: 1_000 }, repeat: 4 },
      async (file, store) => {
        const job = submitJob(file, store);
        await waitUntil(() => runCountIn(store) >= 1);
        cluster.run('scontrol', 'requeue', `${job}_0`);
        await waitUntil(
          () =>
            cluster.tasksOf(job)[0]?.state === 'PENDING' && workersOf(store, '1/1').length === 0,
        );
        const storedCount = runCountIn(store);
        expect(storedCount).toBeLessThan(4);
        // By default Slurm starts requeued tasks after two minutes. A delay of a few seconds is
        // necessary: a task fails while the node still cleans up after the stopped one.
        cluster.run('scontrol', 'update', `JobId=${job}_0`, 'StartTime=now+4');
        await cluster.waitForJob(job);
        expect(runCountIn(store)).toBe(4);
        const logs = readdirSync(join(store, 'batches')).filter((name) => name.endsWith('.log'));
        const log = readFileSync(join(store, 'batches', logs[0]!), 'utf8');
        expect(log).toMatch(
          new RegExp(
            `run the same command again to continue[^]*: ${4 - storedCount} runs? finished, ${storedCount} already stored`,
          ),
        );
      },
    ));

  test('is awaited by sweep, which reports its failures once', () =>
    withExperiment(
      // Half of the peers have no neighbours in the other AS, so the file does not reach them.
      {
        set: { ...SMALL_EXPERIMENT.set, neighbours: 3 },
        vary: { externalNeighbours: [0, 100] },
        repeat: 2,
      },
      async (file, store) => {
        const { code, out, err } = cachetorrent(
          'sweep',
          file,
          '--store',
          store,
          '--engine',
          'array',
          '--quiet',
        );
        expect({ code, err }).toEqual({
          code: 1,
          err: expect.stringContaining('2 runs failed after 2 attempts each'),
        });
        expect(out).toContain('small: 2 runs finished');
        const failures = await (await Store.openReadOnly(store)).failures();
        expect(failures.map(({ attempts }) => attempts)).toEqual([2, 2]);
        expect(failures[0]!.error).toContain('SwarmError');
      },
    ));

  test('that Slurm rejects is reported with its message', () =>
    withExperiment({}, async (file, store) => {
      const { code, err } = cachetorrent(
        'submit',
        'slurm',
        file,
        '--store',
        store,
        '--sbatch=--partition=none',
      );
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^sbatch: failed: .*invalid partition/i),
      ]);
      await Promise.resolve();
    }));
});

test('without Slurm, the script is written all the same', () =>
  withExperiment({}, async (file, store) => {
    const env = { ...process.env, PATH: '/nowhere' };
    const args = [COMMAND, 'submit', 'slurm', file, '--store', store];
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^sbatch: is not installed on this machine\n.* or submit .+\.sh in another way\n$/,
      ),
    ]);
    expect(readFileSync(/or submit (.+\.sh)/.exec(stderr)![1]!, 'utf8')).toContain(
      '#SBATCH --array=0-0',
    );
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

/** Returns the ids of the processes that execute a shard with `store`. */
function workersOf(store: string, shard: string): readonly number[] {
  const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  const ours = processes.filter((line) => line.includes(store) && line.endsWith(` ${shard}`));
  return ours.map((line) => Number.parseInt(line, 10));
}

function kill(processes: readonly number[]): void {
  expect(processes).not.toEqual([]);
  for (const pid of processes) process.kill(pid, 'SIGKILL');
}
