/** The command line of `bench`: its commands, and the exit code of each error. */

import { UserError } from '@cachetorrent/runner';
import { Command, CommanderError } from 'commander';

import { withInterruptSignal } from '../runs/interrupt.ts';
import { addCampaign } from './commands/campaign.ts';
import { addCores } from './commands/cores.ts';
import { addMarginal } from './commands/marginal.ts';
import { addMemory } from './commands/memory.ts';
import { addMicro } from './commands/micro.ts';
import { addPairs } from './commands/pairs.ts';
import { addPhold } from './commands/phold.ts';
import { addPredict } from './commands/predict.ts';
import { addProfile } from './commands/profile.ts';
import { addRecording } from './commands/recording.ts';
import { addRun } from './commands/run.ts';
import { addScaling } from './commands/scaling.ts';
import { addStart } from './commands/start.ts';
import { addTopology } from './commands/topology.ts';
import { addView } from './commands/view.ts';
import { addWindows } from './commands/windows.ts';
import { addWire } from './commands/wire.ts';
import { type BenchEnvironment, Regression, type Streams } from './environment.ts';
import { loadWarning } from './machine.ts';
import { ProcessFailed } from './process.ts';

const COMMANDS = [
  addRun,
  addScaling,
  addPredict,
  addProfile,
  addMarginal,
  addCores,
  addPhold,
  addMicro,
  addMemory,
  addCampaign,
  addPairs,
  addStart,
  addRecording,
  addView,
  addWire,
  addTopology,
  addWindows,
];

const EXIT = { done: 0, failed: 1, mistake: 2, interrupted: 130 } as const;

/** Runs the command in `args`, and returns the exit code. */
export async function bench(args: readonly string[], streams: Streams): Promise<number> {
  const { stderr } = streams;
  return withInterruptSignal(async (signal) => {
    const log = (line: string): void => void stderr.write(`${line}\n`);
    try {
      await program({ ...streams, signal, log }).parseAsync([...args], { from: 'user' });
      return EXIT.done;
    } catch (error) {
      if (signal.aborted) return EXIT.interrupted;
      if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.mistake;
      log(messageOf(error));
      return isMistake(error) ? EXIT.mistake : EXIT.failed;
    }
  });
}

/** A measured process checks the options that are passed on to it, and its exit code counts. */
function isMistake(error: unknown): boolean {
  if (error instanceof ProcessFailed) return error.code === EXIT.mistake;
  return error instanceof UserError;
}

function program(environment: BenchEnvironment): Command {
  const { stdout, stderr, log } = environment;
  const command = new Command('bench')
    .description('Measures how fast and how large simulations are.')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .exitOverride();
  for (const add of COMMANDS) add(command, environment);
  command.hook('preAction', () => {
    const warning = loadWarning();
    if (warning !== undefined) log(`${warning}: times will be longer than on an idle machine`);
  });
  return command;
}

/** Unexpected errors are shown with their stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected =
    error instanceof UserError || error instanceof Regression || error instanceof ProcessFailed;
  return isExpected ? error.message : (error.stack ?? error.message);
}
