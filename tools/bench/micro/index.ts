/** `bench micro`: the components, each by itself. */

import { UserError } from '@cachetorrent/runner';

import { table } from '../../runs/markdown.ts';
import { barrierCosts } from './barrier.ts';
import { CODEC } from './codec.ts';
import { MAILBOX } from './mailbox.ts';
import { costOf, type Microbenchmark, type MicroCost } from './micro.ts';
import { PICKER } from './picker.ts';
import { QUEUE } from './queue.ts';
import { RATES } from './rates.ts';

const ALL: readonly Microbenchmark[] = [...QUEUE, ...PICKER, ...CODEC, ...MAILBOX, ...RATES];
const BARRIER = 'barrier: ';

export interface MicroSuiteOptions {
  /** Only those with this text in their names. */
  readonly only: string;
  /** Time to measure each. */
  readonly timeMs: number;
  readonly log: (line: string) => void;
}

/** @throws UserError if no name contains the text */
export async function microCosts(options: MicroSuiteOptions): Promise<readonly MicroCost[]> {
  const { only, timeMs, log } = options;
  const chosen = ALL.filter(({ name }) => name.includes(only));
  const withBarrier = BARRIER.includes(only) || only.startsWith(BARRIER.trim());
  if (chosen.length === 0 && !withBarrier) {
    const parts = new Set(ALL.map(({ name }) => name.split(':')[0]!));
    const fix = `name one of ${[...parts, 'barrier'].join(', ')}, or omit the option`;
    throw new UserError({ at: '--only', problem: `finds no "${only}"`, fix });
  }
  const costs: MicroCost[] = [];
  const add = (cost: MicroCost): void => {
    costs.push(cost);
    log(`${cost.name}: ${format(cost.ns)} ns`);
  };
  for (const microbenchmark of chosen) add(await costOf(microbenchmark, timeMs));
  // A round in which one thread is late takes about 200 µs.
  if (withBarrier) (await barrierCosts(Math.max(200, timeMs * 5))).forEach(add);
  return costs;
}

export function costTable(costs: readonly MicroCost[]): string {
  const rows = costs.map(({ name, ns, lowNs, highNs }) => [
    name,
    format(ns),
    `${format(lowNs)} – ${format(highNs)}`,
  ]);
  return table(['component, operation, size', 'ns', 'quartiles'], rows, 'lrr');
}

function format(ns: number): string {
  return ns >= 100 ? Math.round(ns).toLocaleString('en') : ns.toFixed(1);
}
