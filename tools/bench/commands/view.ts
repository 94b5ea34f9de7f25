/** `bench view`: how fast the page of a recording opens, and how smoothly it plays. */

import { Argument, type Command } from 'commander';

import { configFile } from '../../files.ts';
import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { viewCosts, viewTable } from '../view/measure.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type ProtocolFlags, runArgsOf, withProtocol } from './swarm-options.ts';

interface Flags extends Destination, ProtocolFlags {
  readonly runs: number;
  readonly seconds: number;
}

export function addView(program: Command, environment: BenchEnvironment): void {
  withProtocol(withDestination(program.command('view')))
    .description('Measures how fast a recording opens in Chromium, and how smoothly it plays.')
    .addArgument(
      new Argument('[configs...]', 'configuration files').default([configFile('medium')], 'medium'),
    )
    .option('--runs <n>', 'how often each recording is played', count, 3)
    .option('--seconds <n>', 'for how long it is played', count, 10)
    .action((configs: readonly string[], flags: Flags) => run(configs, flags, environment));
}

async function run(
  configs: readonly string[],
  flags: Flags,
  environment: BenchEnvironment,
): Promise<void> {
  const { log, signal } = environment;
  const { runs, seconds } = flags;
  const costs = await viewCosts({ configs, args: runArgsOf(flags), runs, seconds, log, signal });
  await deliver('view', { table: viewTable(costs), document: { costs } }, flags, environment);
}
