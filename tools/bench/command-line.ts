/** The command line of `bench`: its commands, their options, and what becomes of an error. */

import { UserError } from '@cachetorrent/runner';
import { Command, CommanderError } from 'commander';

import { addCampaign } from './commands/campaign.ts';
import { addCores } from './commands/cores.ts';
import { addMarginal } from './commands/marginal.ts';
import { addMicro } from './commands/micro.ts';
import { addPhold } from './commands/phold.ts';
import { addPredict } from './commands/predict.ts';
import { addProfile } from './commands/profile.ts';
import { addRun } from './commands/run.ts';
import { addScaling } from './commands/scaling.ts';
import { addWire } from './commands/wire.ts';
import { busyElsewhere } from './machine.ts';
import { ProcessFailed } from './process.ts';
import { GotWorse, type Streams, type BenchEnvironment } from './surroundings.ts';

const EXIT = { done: 0, worse: 1, mistake: 2, interrupted: 130 } as const;

/** Runs the command that `args` say; the answer is its exit code. */
export async function bench(args: readonly string[], streams: Streams): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const surroundings = surroundingsOf(streams, stop.signal);
  try {
    await program(surroundings).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.mistake;
    const isTold =
      error instanceof UserError || error instanceof GotWorse || error instanceof ProcessFailed;
    streams.stderr.write(`${isTold ? error.message : inFull(error)}\n`);
    return isMistake(error) ? EXIT.mistake : EXIT.worse;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** What is passed on to a process that is measured is checked there, and ends as it ends here. */
function isMistake(error: unknown): boolean {
  if (error instanceof ProcessFailed) return error.code === EXIT.mistake;
  return error instanceof UserError;
}

function program(surroundings: BenchEnvironment): Command {
  const { stdout, stderr, tell } = surroundings;
  const command = new Command('bench')
    .description('Measures how fast and how large simulations are.')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .exitOverride();
  for (const add of [
    addRun,
    addScaling,
    addPredict,
    addProfile,
    addMarginal,
    addCores,
    addPhold,
    addMicro,
    addCampaign,
    addWire,
  ]) {
    add(command, surroundings);
  }
  command.hook('preAction', () => {
    const note = busyElsewhere();
    if (note !== undefined) tell(`${note}: times will be longer than they need be`);
  });
  return command;
}

function surroundingsOf({ stdout, stderr }: Streams, signal: AbortSignal): BenchEnvironment {
  return {
    stdout,
    stderr,
    signal,
    tell: (line) => void stderr.write(`${line}\n`),
  };
}

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
