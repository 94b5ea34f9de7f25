/**
 * A Slurm cluster for tests: one node, on this machine, without systemd, and separate from any other
 * Slurm. Its daemons require root.
 */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { waitUntil } from './queue.ts';
import { freePort } from './redis-server.ts';

const MUNGE_KEY = '/etc/munge/munge.key';
const PROGRAMS = ['slurmctld', 'slurmd', 'sbatch', 'munged'];

export const HAS_SLURM: boolean =
  process.getuid?.() === 0 &&
  PROGRAMS.every((program) => spawnSync('which', [program]).status === 0) &&
  spawnSync('id', ['munge']).status === 0;

if (!HAS_SLURM) {
  console.warn(
    '\nSlurm is not installed, or not root: array jobs are NOT tested (apt-get install slurm-wlm munge).\n',
  );
}

export class SlurmCluster {
  readonly #folder: string;
  readonly #daemons: ChildProcess[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<SlurmCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'cachetorrent-slurm-'));
    const cluster = new SlurmCluster(folder);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** The environment in which Slurm's programs find this cluster. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: join(this.#folder, 'slurm.conf') };
  }

  /** Runs a program of Slurm and returns its output. */
  run(program: string, ...args: readonly string[]): string {
    return execFileSync(program, args, { env: this.env, encoding: 'utf8' }).trim();
  }

  /** Returns the tasks of a job that Slurm still lists, and their states. */
  tasksOf(job: string): readonly { readonly id: string; readonly state: string }[] {
    const args = ['--noheader', '--array', '--states=all', '--jobs', job, '--format', '%i %T'];
    const { stdout } = spawnSync('squeue', args, { env: this.env, encoding: 'utf8' });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const [id = '', state = ''] = line.split(' ');
      return { id, state };
    });
  }

  /** Waits until all tasks of a job have ended, successfully or not. */
  async waitForJob(job: string): Promise<void> {
    await waitUntil(() => {
      const tasks = this.tasksOf(job);
      return tasks.length > 0 && tasks.every(({ state }) => ENDED_STATES.has(state));
    });
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const folder = this.#folder;
    // Munge runs as another user and needs access.
    chmodSync(folder, 0o755);
    for (const name of ['spool', 'state', 'log', 'munge']) mkdirSync(join(folder, name));
    const socket = this.#startMunge();
    const ports = [await freePort(), await freePort()];
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, socket, ports));
    await waitUntil(() => spawnSync('munge', ['--no-input', `--socket=${socket}`]).status === 0);
    this.#daemon('slurmctld', ['-D']);
    this.#daemon('slurmd', ['-D', '-N', hostname()]);
    const isIdle = ['--noheader', '--format', '%T'];
    await waitUntil(
      () => spawnSync('sinfo', isIdle, { env: this.env }).stdout.toString().trim() === 'idle',
    );
  }

  #startMunge(): string {
    const folder = join(this.#folder, 'munge');
    const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, 'munge'])));
    const key = join(folder, 'munge.key');
    copyFileSync(MUNGE_KEY, key);
    chmodSync(key, 0o400);
    execFileSync('chown', ['-R', 'munge:', folder]);
    const socket = join(folder, 'socket');
    const files = { 'pid-file': 'pid', 'log-file': 'log', 'seed-file': 'seed' };
    const args = Object.entries(files).map(([option, name]) => `--${option}=${join(folder, name)}`);
    const all = ['--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...args];
    this.#daemon('munged', all, { uid: uid!, gid: gid! });
    return socket;
  }

  #daemon(
    program: string,
    args: readonly string[],
    user: { uid?: number; gid?: number } = {},
  ): void {
    const daemon = spawn(program, args, { env: this.env, stdio: 'ignore', ...user });
    this.#daemons.push(daemon);
  }
}

const ENDED_STATES: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT']);

function configuration(folder: string, socket: string, [control, node]: readonly number[]): string {
  const host = hostname();
  return `
ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
SlurmctldPort=${control}
SlurmdPort=${node}
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld
SlurmdLogFile=${folder}/log/slurmd
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000
PartitionName=main Nodes=${host} Default=YES State=UP
`;
}
