/** `cachetorrent run`: simulates one swarm and says what it came to. */

import type { MessageKind } from '@cachetorrent/protocol';
import {
  ActorFailed,
  type LoggedMessages,
  type Progress,
  type Simulation,
  type Swarm,
  SwarmError,
} from '@cachetorrent/simulator';

import { readConfig } from '../configuration/read.ts';
import { checkedSwarm, flagOf, type Overrides, type WholeConfig } from '../configuration/swarm.ts';
import { RunProgressDisplay } from '../progress/run-progress-display.ts';
import { cdfCsv, cdfTable } from '../results/cdf.ts';
import { documentOf, type FinishedRun } from '../results/document.ts';
import { checkResultFolder, writeResultFolder } from '../results/folder.ts';
import { checkLogFile, LogFile } from '../results/message-log.ts';
import { summaryOf } from '../results/summary.ts';
import { peersCsv, trafficCsv } from '../results/tables.ts';
import { timelineCsv } from '../results/timeline.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { UserError } from '../user-error.ts';
import { checkMemory, planRun, planText, resourcesFor } from './plan.ts';

export interface RunOptions {
  /** The path of a configuration file. */
  readonly file: string;
  /** What stands on the command line instead of in the file. */
  readonly overrides: Overrides;
  readonly seed: number;
  /** By default as many as pay, up to the cores. */
  readonly workers?: number | 'as';
  /** A folder for the results. */
  readonly out?: string;
  /** Simulated time that a row of the timeline covers, in ms; by default `TIMELINE_MS`. */
  readonly timelineMs?: number;
  /** A file for what nodes say to one another, and the kinds of message that go there. */
  readonly log?: string;
  readonly logKinds?: readonly MessageKind[];
  /** Prints the distribution of completion times, too. */
  readonly cdf: boolean;
  /** One JSON document instead of a table. */
  readonly json: boolean;
  /** No progress. */
  readonly quiet: boolean;
  /** Says what the run will take, and does not run. */
  readonly plan: boolean;
  /** Runs even what will not fit into memory. */
  readonly force: boolean;
}

/** As often as peers rechoke, by default. */
const DEFAULT_TIMELINE_MS = 10_000;

/** The user stopped the run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The run broke down: a bug, too little memory, or a swarm that came to a stop. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed';
}

/**
 * @throws UserMistake before anything is simulated or written
 * @throws Interrupted saying how far it was
 * @throws RunFailed saying what happened, and how to make it happen again
 */
export async function runCommand(options: RunOptions, environment: CliEnvironment): Promise<void> {
  const { file, overrides, out, json, cdf, plan, force } = options;
  checkOptions(options);
  const { swarm, config } = checkedSwarm(await readConfig(file), overrides);
  const room = resourcesFor(swarm, options.workers, environment.machine);
  if (plan) {
    const text = json
      ? `${JSON.stringify(planRun(swarm, room), null, 2)}\n`
      : planText(file, swarm, room);
    environment.stdout.write(text);
  }
  if (!force) checkMemory(file, swarm, room);
  if (plan) return;
  if (out !== undefined) await checkResultFolder(out);
  if (options.log !== undefined) await checkLogFile(options.log, out);

  const finished = await simulateWithProgress(swarm, config, options, environment);
  const document = `${JSON.stringify(documentOf(finished), null, 2)}\n`;
  const { result, timeline } = finished.simulation;
  environment.stdout.write(json ? document : summaryOf(file, finished));
  if (cdf) environment.stdout.write(`\n${cdfTable(result)}`);
  if (out !== undefined) {
    await writeResultFolder(out, {
      'run.json': document,
      'peers.csv': peersCsv(result),
      'traffic.csv': trafficCsv(result),
      'cdf.csv': cdfCsv(result),
      ...(timeline === undefined ? {} : { 'timeline.csv': timelineCsv(timeline) }),
    });
  }
}

/** @throws UserMistake where options do not go together */
function checkOptions({ out, timelineMs, log, logKinds, cdf, json }: RunOptions): void {
  if (logKinds !== undefined && log === undefined) {
    const problem = 'chooses what is logged, but nothing is';
    throw new UserError({ at: '--log-kinds', problem, fix: 'name a file for it with --log' });
  }
  if (timelineMs !== undefined && out === undefined) {
    const fix = 'name a folder for it with --out, or leave it out';
    throw new UserError({ at: '--timeline', problem: 'is written to a folder of results', fix });
  }
  if (timelineMs !== undefined && !(timelineMs >= 1)) {
    const problem = `is ${timelineMs}, but time has to pass`;
    throw new UserError({ at: '--timeline', problem, fix: 'set it to 1 or more' });
  }
  if (cdf && json) {
    const problem = 'prints a table, but --json wants one document alone';
    throw new UserError({
      at: '--cdf',
      problem,
      fix: 'leave one of them out; --out has cdf.csv',
    });
  }
}

async function simulateWithProgress(
  swarm: Swarm,
  config: WholeConfig,
  options: RunOptions,
  environment: CliEnvironment,
): Promise<FinishedRun> {
  const { seed, workers, quiet, out, timelineMs = DEFAULT_TIMELINE_MS, log, logKinds } = options;
  const { stderr, nowMs, signal } = environment;
  const display = quiet ? undefined : new RunProgressDisplay(stderr, nowMs, swarm);
  let progress: Progress | undefined;
  const onProgress = (latest: Progress) => {
    progress = latest;
    display?.show(latest);
  };

  const logFile = log === undefined ? undefined : new LogFile(log);
  const messageLog = logFile && {
    ...(logKinds === undefined ? {} : { kinds: logKinds }),
    onMessages: (messages: LoggedMessages) => logFile.write(messages),
  };

  const startMs = nowMs();
  let simulation: Simulation;
  try {
    signal.throwIfAborted();
    simulation = await environment.simulate(swarm, {
      seed,
      onWarning: (warning) => stderr.write(`warning: ${warning}\n`),
      onProgress,
      signal,
      ...(workers === undefined ? {} : { workers }),
      ...(out === undefined ? {} : { timelineMs }),
      ...(messageLog === undefined ? {} : { messageLog }),
    });
    await logFile?.end();
  } catch (error) {
    await logFile?.close();
    if (signal.aborted) throw new Interrupted(`stopped ${progressText(progress)}`);
    throw explainFailure(error, options);
  } finally {
    display?.clear();
  }
  const wallMs = nowMs() - startMs;
  return { config, seed, simulation, wallMs, peakRssBytes: environment.peakRssBytes() };
}

/** What stopped a run, in the words of whoever has to act on it. */
function explainFailure(error: unknown, options: RunOptions): Error {
  if (error instanceof SwarmError) {
    const { at, problem, fix } = error;
    return new UserError({ at: `${options.file}: ${at}`, problem, fix });
  }
  const reason = reasonOf(error, options.seed);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.stack : '';
  const again = `  to see it again: ${commandOf(options)}`;
  return new RunFailed([reason, cause, again].filter(Boolean).join('\n'), { cause: error });
}

/** The engine speaks of actors; here they are AS. */
function reasonOf(error: unknown, seed: number): string {
  if (error instanceof ActorFailed) {
    const { actors, what, atMs } = error;
    const [first, ...others] = actors;
    const who = others.length === 0 ? `AS ${first}` : `one of the AS ${actors.join(', ')}`;
    return `${who} ${what}, at ${atMs} ms of simulated time (seed ${seed})`;
  }
  return error instanceof Error ? error.message : String(error);
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return 'before the first event';
  const { simulatedMs, peersComplete, peers } = progress;
  const simulated = (simulatedMs / 1000).toFixed(1);
  return `at ${simulated} s of simulated time, with ${peersComplete} of ${peers} peers complete`;
}

function commandOf({ file, overrides, seed }: RunOptions): string {
  const flags = Object.entries({ ...overrides, seed }).map(([field, value]) => {
    return `${flagOf(field)} ${value}`;
  });
  return ['cachetorrent run', file, ...flags].join(' ');
}
