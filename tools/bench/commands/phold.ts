/** `bench phold`: measures the events per second of the engine alone. */

import { availableParallelism } from 'node:os';

import { UserError } from '@cachetorrent/runner';
import type { Command } from 'commander';

import { count, counts, percentages } from '../../runs/options.ts';
import { checkCoreCount } from '../machine.ts';
import type { BenchEnvironment } from '../environment.ts';
import { type PholdPoint, pholdResult, pholdTable } from '../phold/measure.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly pending?: readonly number[];
  readonly actors?: readonly number[];
  readonly workers?: readonly number[];
  readonly remote?: readonly number[];
  readonly runs: number;
  readonly events?: number;
}

const BASE: PholdPoint = { pending: 16_000, actors: 16, workers: 1, remote: 10 };

export function addPhold(program: Command, environment: BenchEnvironment): void {
  withDestination(program.command('phold'))
    .description('Measures the engine alone, with the PHOLD workload.')
    .option('--pending <counts>', 'number of pending events', counts)
    .option('--actors <counts>', 'number of actors', counts)
    .option('--workers <counts>', 'number of threads', counts)
    .option('--remote <percentages>', 'percentage of events that go to another actor', percentages)
    .option('--runs <n>', 'runs per combination', count, 3)
    .option('--events <n>', 'events per run (default: about two seconds of them)', count)
    .action((flags: Flags) => run(flags, environment));
}

async function run(flags: Flags, environment: BenchEnvironment): Promise<void> {
  const { runs, events } = flags;
  const requested = pointsOf(flags);
  for (const point of requested) check(point);
  const options = { runs, tell: environment.log, ...(events === undefined ? {} : { events }) };
  const points = [];
  for (const point of requested) points.push(await pholdResult(point, options));
  await deliver('phold', { table: pholdTable(points), document: { points } }, flags, environment);
}

/** All combinations of the given values; without any, one parameter is varied at a time. */
function pointsOf({ pending, actors, workers, remote }: Flags): readonly PholdPoint[] {
  if ([pending, actors, workers, remote].every((values) => values === undefined)) {
    const cores = availableParallelism();
    return [
      ...[1_000, 16_000, 128_000, 1_000_000].map((each) => ({ ...BASE, pending: each })),
      ...[4, 64, 256].map((each) => ({ ...BASE, actors: each })),
      ...[0, 50, 90].map((each) => ({ ...BASE, remote: each })),
      ...[2, 4, 8, 16].filter((each) => each <= cores).map((each) => ({ ...BASE, workers: each })),
    ];
  }
  return (pending ?? [BASE.pending]).flatMap((p) =>
    (actors ?? [BASE.actors]).flatMap((a) =>
      (workers ?? [BASE.workers]).flatMap((w) =>
        (remote ?? [BASE.remote]).map((r) => ({ pending: p, actors: a, workers: w, remote: r })),
      ),
    ),
  );
}

function check({ pending, actors, workers, remote }: PholdPoint): void {
  checkCoreCount('--workers', workers);
  const refuse = (at: string, problem: string, fix: string): never => {
    throw new UserError({ at, problem, fix });
  };
  if (workers > actors) {
    refuse(
      '--workers',
      `is ${workers}, more than the ${actors} actors`,
      'set it to a smaller number',
    );
  }
  if (remote > 0 && actors === 1) {
    refuse(
      '--remote',
      `is ${remote} %, but there is only one actor`,
      'set it to 0, or set --actors to 2 or more',
    );
  }
  if (pending < actors) {
    refuse(
      '--pending',
      `is ${pending}, less than one for each of ${actors} actors`,
      'set it to a larger number',
    );
  }
}
