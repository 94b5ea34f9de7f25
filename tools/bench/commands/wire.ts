/** `bench wire`: the wire's decoder, and the transfer of a file over loopback. */

import type { Command } from 'commander';

import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { costOf, type MicroCost } from '../micro/micro.ts';
import { summarize } from '../statistics.ts';
import { DECODING } from '../wire/decoding.ts';
import { type ComponentRates, componentRates, type Transfer, transfer } from '../wire/transfer.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly mib: number;
  readonly runs: number;
  readonly time: number;
}

export function addWire(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('wire'))
    .description('Measures the decoder of the wire, and a file over loopback.')
    .option('--mib <n>', 'size of the file', count, 1_024)
    .option('--runs <n>', 'number of transfers; the median is shown', count, 3)
    .option('--time <ms>', 'time to measure each decoder', count, 1_000)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { mib, runs, time } = flags;
  const costs: MicroCost[] = [];
  for (const microbenchmark of DECODING) costs.push(await costOf(microbenchmark, time));
  const parts = await componentRates(mib);
  const transfers: Transfer[] = [];
  for (let i = 0; i < runs; i++) {
    const one = await transfer(mib);
    transfers.push(one);
    environment.log(`transfer ${i + 1}: ${rate(one.bytes / one.seconds)}`);
  }
  const document = { costs, parts, transfers };
  await deliver('wire', { table: wireTable(document), document }, flags, environment);
}

interface WireMeasurement {
  readonly costs: readonly MicroCost[];
  readonly parts: ComponentRates;
  readonly transfers: readonly Transfer[];
}

function wireTable({ costs, parts, transfers }: WireMeasurement): string {
  const medianRate = (secondsOf: (transfer: Transfer) => number): string =>
    rate(summarize(transfers.map((each) => each.bytes / secondsOf(each))).median);
  return table(
    ['what', 'rate'],
    [
      ...costs.map(({ name, ns }) => [name, `${perSecond(1e9 / ns)} per second`]),
      ['a file over loopback, hashed and stored', medianRate((each) => each.seconds)],
      ['the leecher alone, by its CPU time', medianRate((each) => each.leechCpuSeconds)],
      ['the seed alone, by its CPU time', medianRate((each) => each.seedCpuSeconds)],
      ['for comparison: SHA-1 alone', rate(parts.hashBytesPerS)],
      ['for comparison: writing the file', rate(parts.diskBytesPerS)],
      ['for comparison: two bare sockets', rate(parts.socketBytesPerS)],
    ],
    'lr',
  );
}

function rate(bytesPerS: number): string {
  return `${Math.round(bytesPerS / 1e6).toLocaleString('en')} MB/s`;
}

function perSecond(count: number): string {
  return count >= 1e6
    ? `${(count / 1e6).toFixed(1)} million`
    : Math.round(count).toLocaleString('en');
}
