/** `cachetorrent run`: simulates one swarm and prints a summary. */

import {
  ActorFailed,
  type LoggedMessages,
  type Progress,
  type Simulation,
  type Swarm,
  SwarmError,
} from '@cachetorrent/simulator';
import type { CompleteSwarmConfig } from '@cachetorrent/simulator/configuration';

import type { CliEnvironment } from '../cli-environment.ts';
import { flagsFor } from '../configuration/flags.ts';
import { checkedSwarm, locatedSwarmError, readConfig } from '../configuration/read.ts';
import { causeOf, messageOf } from '../failure.ts';
import { RunProgressDisplay } from '../progress/run-progress-display.ts';
import { bordersCsv, bordersIntervalMs } from '../results/borders.ts';
import { cdfCsv, cdfTable } from '../results/cdf.ts';
import { documentOf, type FinishedRun } from '../results/document.ts';
import { checkResultFolder, RECORDING_FILE, writeResultFolder } from '../results/folder.ts';
import { checkLogFile, LogFile } from '../results/message-log.ts';
import { RecordingFile } from '../results/recording-file.ts';
import { leaderWarning } from '../results/leader-warning.ts';
import { summaryOf } from '../results/summary.ts';
import { peersCsv, timelineCsv, trafficCsv } from '../results/tables.ts';
import { UserError } from '../user-error.ts';
import { VERSION } from '../version.ts';
import type { LiveView } from '../view/live-view.ts';
import {
  checkMemory,
  planRun,
  planText,
  type Resources,
  resourcesFor,
  type RunForecast,
} from './plan.ts';
import { Interrupted, RunFailed } from './run-errors.ts';
import { DEFAULT_TIMELINE_MS, type RunCommandOptions } from './run-options.ts';

/**
 * @throws UserError before anything is simulated or written
 * @throws Interrupted if the user stops it, with its progress
 * @throws RunFailed if the run fails, with the cause and a command that reproduces it
 */
export async function runCommand(
  options: RunCommandOptions,
  environment: CliEnvironment,
): Promise<void> {
  const { file, overrides, out, json, plan, force } = options;
  checkOptions(options);
  const configFile = await readConfig(file);
  const { swarm, config } = checkedSwarm(configFile, overrides);
  const located = (error: unknown): unknown =>
    error instanceof SwarmError ? locatedSwarmError(error, configFile, overrides) : error;
  const resources = resourcesFor(swarm, options.workers, environment.machine);
  if (plan) {
    const forecast = plannedRun(swarm, resources, options.seed, located);
    for (const warning of forecast.warnings) environment.stderr.write(`warning: ${warning}\n`);
    const text = json ? `${JSON.stringify(forecast, null, 2)}\n` : planText(file, forecast);
    environment.stdout.write(text);
  }
  if (!force) checkMemory(file, swarm, resources);
  if (plan) return;
  if (out !== undefined) await checkResultFolder(out, force);
  if (options.log !== undefined) {
    const optional = out === undefined ? {} : { out };
    await checkLogFile(options.log, { config: file, force, ...optional });
  }

  const view = await startView(options, environment);
  try {
    const finished = await simulateWithProgress(
      swarm,
      config,
      { ...options, workers: resources.workers },
      environment,
      view,
    ).catch((error: unknown) => {
      throw located(error);
    });
    await writeResults(finished, options, environment);
    await view?.untilLeft(environment);
  } finally {
    await view?.close();
  }
}

/** The page of the run, if it is to be shown. */
async function startView(
  { view, viewPort: port = 0, open, file: config, record, out, log }: RunCommandOptions,
  environment: CliEnvironment,
): Promise<LiveView | undefined> {
  if (!view) return undefined;
  const { LiveView } = await import('../view/live-view.ts');
  const optional = {
    ...(record && out !== undefined ? { folder: out } : {}),
    ...(log === undefined ? {} : { log }),
  };
  return await LiveView.start({ config, port, open, ...optional }, environment);
}

/** Writes and prints what a run has resulted in. */
async function writeResults(
  finished: FinishedRun,
  { file, out, cdf, json, record }: RunCommandOptions,
  environment: CliEnvironment,
): Promise<void> {
  const { config } = finished;
  const warning = leaderWarning(finished.simulation.result, config);
  if (warning !== undefined) environment.stderr.write(`warning: ${warning}\n`);
  const document = `${JSON.stringify(documentOf(finished), null, 2)}\n`;
  const { result, timeline } = finished.simulation;
  try {
    if (out !== undefined) {
      const files = {
        'run.json': document,
        'peers.csv': peersCsv(result),
        'traffic.csv': trafficCsv(result),
        'cdf.csv': cdfCsv(result),
        ...(timeline === undefined ? {} : { 'timeline.csv': timelineCsv(timeline) }),
        ...(result.borders === undefined ? {} : { 'borders.csv': bordersCsv(result.borders) }),
      };
      await writeResultFolder(out, files, record ? [RECORDING_FILE] : []);
    }
  } finally {
    // After the files, as the reader of standard output may close it; and even if they fail.
    environment.stdout.write(json ? document : summaryOf(file, finished));
    if (cdf) environment.stdout.write(`\n${cdfTable(result)}`);
  }
}

/** @throws UserError if options are invalid, or cannot be combined */
function checkOptions(options: RunCommandOptions): void {
  const { out, timelineMs, record, log, logKinds, cdf, json } = options;
  checkViewOptions(options);
  if (logKinds !== undefined && log === undefined) {
    const problem = 'has no effect without --log';
    throw new UserError({ at: '--log-kinds', problem, fix: 'add --log <file>, or remove it' });
  }
  if (record && out === undefined) {
    const fix = 'add --out <folder>, where the recording is written, or remove it';
    throw new UserError({ at: '--record', problem: 'has no effect without --out', fix });
  }
  if (timelineMs !== undefined && out === undefined) {
    const fix = 'add --out <folder>, or remove it';
    throw new UserError({ at: '--timeline', problem: 'has no effect without --out', fix });
  }
  if (timelineMs !== undefined && !(timelineMs >= 1)) {
    const problem = `is ${timelineMs}, but must be at least 1 ms`;
    throw new UserError({ at: '--timeline', problem, fix: 'set it to 1 or more' });
  }
  if (cdf && json) {
    const problem = 'cannot be combined with --json';
    const fix = 'remove one of them; --out also writes cdf.csv';
    throw new UserError({ at: '--cdf', problem, fix });
  }
}

/** @throws UserError if options of the view cannot be combined */
function checkViewOptions({ view, viewPort, open, plan }: RunCommandOptions): void {
  const option = viewPort === undefined ? '--open' : '--view-port';
  if (!view && (viewPort !== undefined || open)) {
    const fix = 'add --view, or remove it';
    throw new UserError({ at: option, problem: 'has no effect without --view', fix });
  }
  if (view && plan) {
    const problem = 'cannot be combined with --plan, which does not run anything';
    throw new UserError({ at: '--view', problem, fix: 'remove one of them' });
  }
}

async function simulateWithProgress(
  swarm: Swarm,
  config: CompleteSwarmConfig,
  options: RunCommandOptions,
  environment: CliEnvironment,
  view: LiveView | undefined,
): Promise<FinishedRun> {
  const { seed, workers, quiet, out, timelineMs = DEFAULT_TIMELINE_MS, log, logKinds } = options;
  const { stderr, nowMs, signal } = environment;
  const display = quiet ? undefined : new RunProgressDisplay(stderr, nowMs);
  let progress: Progress | undefined;
  const onProgress = (latest: Progress) => {
    progress = latest;
    display?.show(latest);
  };

  const logFile = log === undefined ? undefined : new LogFile(log);
  const messageLog = logFile && {
    ...(logKinds === undefined ? {} : { kinds: logKinds }),
    onMessages: async (messages: LoggedMessages) => {
      const bytes = await logFile.write(messages);
      view?.logged(bytes);
    },
  };

  const recordingFile =
    view?.sink ?? (options.record && out !== undefined ? new RecordingFile(out) : undefined);
  const recording = recordingFile && {
    program: `CacheTorrent ${VERSION}`,
    configuration: config,
    onPart: (bytes: Uint8Array) => recordingFile.write(bytes),
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
      ...(out === undefined ? {} : { timelineMs, bordersMs: bordersIntervalMs(swarm) }),
      ...(messageLog === undefined ? {} : { messageLog }),
      ...(recording === undefined ? {} : { recording }),
    });
    await logFile?.end();
    await recordingFile?.end();
  } catch (error) {
    await logFile?.close();
    await recordingFile?.close();
    if (signal.aborted) throw new Interrupted(`stopped ${progressText(progress)}`);
    throw explainFailure(error, options, environment);
  } finally {
    display?.clear();
    view?.ended();
  }
  const wallMs = nowMs() - startMs;
  return { config, seed, simulation, wallMs, peakRssBytes: environment.peakRssBytes() };
}

function plannedRun(
  swarm: Swarm,
  resources: Resources,
  seed: number,
  located: (error: unknown) => unknown,
): RunForecast {
  try {
    return planRun(swarm, resources, seed);
  } catch (error) {
    throw located(error);
  }
}

/** Converts a failure of the simulator to one in terms of the command line. */
function explainFailure(
  error: unknown,
  options: RunCommandOptions,
  { env }: CliEnvironment,
): Error {
  if (error instanceof SwarmError) return error;
  // The log or the recording cannot be written.
  if (error instanceof UserError) return new RunFailed(error.message, { cause: error });
  const reason = `the run failed: ${reasonOf(error, options.seed)}`;
  const command = `  reproduce with: ${commandOf(options)}`;
  const lines = [reason, causeOf(error, env), command].filter(Boolean);
  return new RunFailed(lines.join('\n'), { cause: error });
}

/** The actors of the engine are the AS of the swarm. */
function reasonOf(error: unknown, seed: number): string {
  if (error instanceof ActorFailed) {
    const { actors, what, atMs } = error;
    const [first, ...others] = actors;
    const actor = others.length === 0 ? `AS ${first}` : `one of the AS ${actors.join(', ')}`;
    return `${actor} ${what} at ${atMs} ms of simulated time (seed ${seed})`;
  }
  return messageOf(error);
}

function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return 'before the first event';
  const { phase, simulatedMs, peersComplete, peers } = progress;
  const simulated = (simulatedMs / 1000).toFixed(1);
  if (phase === 'laying out') return `while it was laying out the network of ${peers} peers`;
  if (phase === 'connecting') {
    return `at ${simulated} s of simulated time, while ${peers} peers were connecting`;
  }
  return `at ${simulated} s of simulated time, with ${peersComplete} of ${peers} peers complete`;
}

function commandOf({ file, overrides, seed }: RunCommandOptions): string {
  return ['cachetorrent run', file, ...flagsFor(overrides), `--seed ${seed}`].join(' ');
}
