/** `bench wire`: the wire's decoder, and a file over loopback from one client to one. */

import type { Command } from 'commander';

import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type Cost, costOf } from '../micro/micro.ts';
import { summarize } from '../statistics.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { DECODING } from '../wire/decoding.ts';
import { type Floors, floors, transfer, type Transfer } from '../wire/transfer.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly mib: number;
  readonly runs: number;
  readonly time: number;
}

export function addWire(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('wire'))
    .description('Measures the wire: its decoder, and a file over loopback.')
    .option('--mib <n>', 'size of the file', count, 1_024)
    .option('--runs <n>', 'transfers, of which the median is shown', count, 3)
    .option('--time <ms>', 'how long to measure the decoder', count, 1_000)
    .action((flags: Flags) => run(flags, surroundings));
}

async function run(flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { mib, runs, time } = flags;
  const costs: Cost[] = [];
  for (const micro of DECODING) costs.push(await costOf(micro, { timeMs: time }));
  const parts = await floors(mib);
  const transfers: Transfer[] = [];
  for (let i = 0; i < runs; i++) {
    transfers.push(await transfer(mib));
    surroundings.tell(`transfer ${i + 1}: ${rate(transfers[i]!.bytes / transfers[i]!.seconds)}`);
  }
  const table = wireTable(costs, parts, transfers);
  await deliver('wire', { table, document: { costs, parts, transfers } }, flags, surroundings);
}

function wireTable(costs: readonly Cost[], parts: Floors, transfers: readonly Transfer[]): string {
  const middle = (of: (transfer: Transfer) => number): number =>
    summarize(transfers.map(of)).median;
  const each = ({ name, ns }: Cost): string[] => [name, `${millions(1e9 / ns)} a second`];
  return table(
    ['what', 'how fast'],
    [
      ...costs.map(each),
      ['a file over loopback, hashed and on disk', rate(middle((t) => t.bytes / t.seconds))],
      [
        'of that the leech, by its processor time',
        rate(middle((t) => t.bytes / t.leechCpuSeconds)),
      ],
      ['of that the seed, by its processor time', rate(middle((t) => t.bytes / t.seedCpuSeconds))],
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

function millions(perSecond: number): string {
  return perSecond >= 1e6
    ? `${(perSecond / 1e6).toFixed(1)} million`
    : Math.round(perSecond).toLocaleString('en');
}
