/**
 * Simulates all settings, then runs the same swarms with real clients, some at a time. All settings
 * have their first seed before one has its second, so that a run that is cut short has something
 * on each.
 */

import type { ObservedRun } from './observed-run.ts';
import { type RealRun, type RealSwarm, runRealSwarm } from './real-swarm.ts';
import type { RunPair, SettingRuns } from './comparison.ts';
import { clientOf, type Setting, settingName } from './scenarios.ts';
import { peersOf, simulateSwarm } from './simulated-swarm.ts';

export interface RunOptions {
  readonly settings: readonly Setting[];
  /** The random seeds of the runs of each setting. */
  readonly seeds: readonly number[];
  /** The number of real swarms at a time. */
  readonly jobs: number;
  /** By how much other processes go first, 0 to 19. */
  readonly nice: number;
  /** Settings of libtorrent that differ from its defaults, for experiments. */
  readonly clientSettings?: RealSwarm['settings'];
  /** No real swarm runs for longer than this after the start. */
  readonly limitMs: number;
  /** Receives a line for each run. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A swarm that takes longer than this many times the simulated one will hardly complete. */
const LIMIT_FACTOR = 3;
const LIMIT_MIN_S = 60;

interface Pending {
  readonly setting: Setting;
  readonly seed: number;
  readonly simulated: ObservedRun;
}

/** @throws the reason of `signal`, if it aborts; nothing is left running then */
export async function runSettings(options: RunOptions): Promise<readonly SettingRuns[]> {
  const { settings, seeds, jobs, limitMs, log, signal } = options;
  const deadline = AbortSignal.timeout(limitMs);
  const stop = AbortSignal.any([signal, deadline]);
  const pairs = new Map<Setting, RunPair[]>(settings.map((setting) => [setting, []]));
  const problems = new Map<Setting, string[]>(settings.map((setting) => [setting, []]));
  const fail = (setting: Setting, seed: number, what: string): void => {
    problems.get(setting)!.push(`seed ${seed}: ${what}`);
    log(`${settingName(setting)}, seed ${seed}: ${what}`);
  };

  const pending: Pending[] = [];
  for (const seed of seeds) {
    for (const setting of settings) {
      try {
        const simulated = await simulateSwarm(setting, seed, signal);
        pending.push({ setting, seed, simulated });
        log(`${settingName(setting)}, seed ${seed}: simulated, ${lastText(simulated)}`);
      } catch (error) {
        signal.throwIfAborted();
        fail(setting, seed, `simulation: ${messageOf(error)}`);
      }
    }
  }

  const next = async (): Promise<void> => {
    for (let run = pending.shift(); run !== undefined; run = pending.shift()) {
      const { setting, seed, simulated } = run;
      try {
        const real = await runReal(run, options, stop);
        pairs.get(setting)!.push({ seed, real, simulated });
        log(`${settingName(setting)}, seed ${seed}: real, ${lastText(real)}`);
      } catch (error) {
        signal.throwIfAborted();
        const isLate = deadline.aborted;
        fail(setting, seed, isLate ? 'the time was up' : `real swarm: ${messageOf(error)}`);
      }
    }
  };
  // All have ended before the first error is thrown, so nothing is left running.
  const ends = await Promise.allSettled(Array.from({ length: jobs }, next));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return settings.map((setting) => ({
    setting,
    pairs: pairs.get(setting)!.toSorted((a, b) => a.seed - b.seed),
    problems: problems.get(setting)!,
  }));
}

async function runReal(
  { setting, seed, simulated }: Pending,
  { nice, clientSettings }: RunOptions,
  signal: AbortSignal,
): Promise<RealRun> {
  const { scenario } = setting;
  const { leaderPercent } = scenario.network ?? {};
  const swarm: RealSwarm = {
    client: clientOf(scenario),
    peers: peersOf(setting, seed),
    fileBytes: simulated.fileBytes,
    pieceBytes: setting.pieceKiB * 1024,
    seed,
    limitS: Math.max(LIMIT_MIN_S, LIMIT_FACTOR * lastS(simulated)),
    nice,
    ...(clientSettings === undefined ? {} : { settings: clientSettings }),
    ...(leaderPercent === undefined ? {} : { leaderPercent }),
    ...(scenario.leaves === undefined ? {} : { leaves: scenario.leaves }),
  };
  const real = await runRealSwarm(swarm, signal);
  // The swarms are the same only if the real tracker has elected those that the simulated one has.
  const groups = (run: ObservedRun): string => run.peers.map((peer) => peer.class).join();
  if (groups(real) !== groups(simulated)) throw new Error('it has other leaders than simulated');
  return real;
}

function lastS({ peers }: ObservedRun): number {
  return Math.max(...peers.map(({ completedS }) => completedS ?? Infinity));
}

function lastText(run: ObservedRun): string {
  const missing = run.peers.filter(({ completedS }) => completedS === null).length;
  return missing === 0
    ? `last completion after ${lastS(run).toFixed(0)} s`
    : `${missing} peers did not complete`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
