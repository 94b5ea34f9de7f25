/** `bench recording`: the size of recordings, and what recording costs. */

import { Argument, type Command } from 'commander';

import { configFile } from '../../files.ts';
import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { recordingCosts, recordingTable } from '../recording/measure.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type ProtocolFlags, runArgsOf, withProtocol } from './swarm-options.ts';

interface Flags extends Destination, ProtocolFlags {
  readonly runs: number;
}

export function addRecording(program: Command, environment: BenchEnvironment): void {
  withProtocol(withDestination(program.command('recording')))
    .description('Measures the size of recordings, and what they cost, in pairs of processes.')
    .addArgument(
      new Argument('[configs...]', 'configuration files').default([configFile('medium')], 'medium'),
    )
    .option('--runs <n>', 'number of pairs of each swarm', count, 5)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, environment));
}

async function run(
  configs: readonly string[],
  flags: Flags,
  environment: BenchEnvironment,
): Promise<void> {
  const { log, signal } = environment;
  const { runs } = flags;
  const costs = await recordingCosts({ configs, args: runArgsOf(flags), runs, log, signal });
  await deliver(
    'recording',
    { table: recordingTable(costs), document: { costs } },
    flags,
    environment,
  );
}
