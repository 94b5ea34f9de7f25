/**
 * Abuses a tracker and a seed for a long time, on the loopback interface only, and prints how their
 * memory grows, how many honest announces and pieces are answered, and how soon:
 * `npm run soak -- [--minutes 60]`. Needs Linux, where all of 127.0.0.0/8 is loopback.
 *
 * The exit code is 1 if a process has ended, occupies too much memory or has printed what affects a
 * terminal, or if an honest request has failed.
 */

import { Command, InvalidArgumentError } from 'commander';

import { withInterruptSignal } from './runs/interrupt.ts';
import { EXIT, runTool } from './runs/program.ts';
import type { LatencySummary } from './soak/latencies.ts';
import { soak, type SoakRow } from './soak/soak.ts';

const HEADER = [
  'time s',
  'track MB',
  'announces',
  'p50 ms',
  'p99 ms',
  'failed',
  'seed MB',
  'newcomers',
  'p50 ms',
  'p99 ms',
  'failed',
  'pieces',
  'p50 ms',
  'p99 ms',
  'failed',
  'downloads',
  'p50 ms',
  'p99 ms',
  'failed',
  'abuses',
];

interface Options {
  readonly minutes: number;
  readonly every: number;
  readonly memory: number;
  readonly content: number;
  readonly only?: readonly string[];
  readonly seed: string;
}

const program = new Command('soak')
  .description('Abuse a tracker and a seed, and measure what honest peers wait')
  .option('--minutes <n>', 'Duration', positive, 3)
  .option('--every <s>', 'Seconds between two rows', positive, 10)
  .option('--memory <MB>', 'Memory at which a process counts as leaking', positive, 500)
  .option('--content <MB>', 'Size of the file that is seeded', positive, 32)
  .option('--only <words...>', 'Only abuses whose names contain one of these words')
  .option('--seed <text>', 'Seed of what strangers choose at random', '1')
  .action(async ({ minutes, every, memory, content, only, seed }: Options) => {
    console.log(`| ${HEADER.join(' | ')} |`);
    console.log(`|${HEADER.map(() => ' ---: |').join('')}`);
    const { rounds, disconnections, problems, isInterrupted } = await withInterruptSignal(
      async (signal) => ({
        ...(await soak({
          durationMs: minutes * 60_000,
          rowMs: every * 1_000,
          memoryMaxMb: memory,
          contentBytes: Math.ceil(content * 1e6),
          seed,
          ...(only === undefined ? {} : { only }),
          signal,
          onRow: (row) => console.log(`| ${cellsOf(row).join(' | ')} |`),
        })),
        isInterrupted: signal.aborted,
      }),
    );
    console.log('\nWhat strangers have done:');
    for (const [name, count] of rounds) console.log(`- ${name}: ${count} times`);
    console.log(`\nThe seed disconnected honest peers ${disconnections} times; they came back.`);
    console.log(problems.length === 0 ? '\nNo problem was found.' : '\nProblems:');
    for (const problem of problems) console.log(`- ${problem}`);
    process.exitCode = isInterrupted ? EXIT.interrupted : problems.length > 0 ? EXIT.failed : 0;
  });
await runTool(program);

function cellsOf(row: SoakRow): string[] {
  const { atS, trackMb, seedMb, announces, firstPieces, pieces, gets, abuses } = row;
  return [
    atS.toFixed(0).padStart(HEADER[0]!.length),
    trackMb.toFixed(0),
    ...latencyCells(announces),
    seedMb.toFixed(0),
    ...[firstPieces, pieces, gets].flatMap(latencyCells),
    `${abuses}`,
  ].map((cell, i) => cell.padStart(HEADER[i]!.length));
}

function latencyCells({ answered, failed, p50Ms, p99Ms }: LatencySummary): string[] {
  const shown = (ms: number): string => (Number.isNaN(ms) ? '' : ms.toFixed(ms < 100 ? 1 : 0));
  return [`${answered}`, shown(p50Ms), shown(p99Ms), `${failed}`];
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Write a number above 0.');
}
