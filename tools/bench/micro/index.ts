/** `bench micro`: the parts, each by itself. */

import { UserError } from '@cachetorrent/runner';

import { table } from '../../runs/markdown.ts';
import { barrierCosts } from './barrier.ts';
import { CODEC } from './codec.ts';
import { MAILBOX } from './mailbox.ts';
import { type Cost, costOf, type Micro } from './micro.ts';
import { PICKER } from './picker.ts';
import { QUEUE } from './queue.ts';
import { RATES } from './rates.ts';

const MICROS: readonly Micro[] = [...QUEUE, ...PICKER, ...CODEC, ...MAILBOX, ...RATES];
const BARRIER = 'barrier: ';

export interface MicroSuiteOptions {
  /** Only those whose names have this in them. */
  readonly only?: string;
  /** How long to measure each. */
  readonly timeMs: number;
  readonly tell: (line: string) => void;
}

/** @throws UserError where nothing has such a name */
export async function microCosts(options: MicroSuiteOptions): Promise<readonly Cost[]> {
  const { only = '', timeMs, tell } = options;
  const chosen = MICROS.filter(({ name }) => name.includes(only));
  const withBarrier = BARRIER.includes(only) || only.startsWith(BARRIER.trim());
  if (chosen.length === 0 && !withBarrier) {
    const parts = new Set(MICROS.map(({ name }) => name.split(':')[0]!));
    const fix = `name one of ${[...parts, 'barrier'].join(', ')}, or leave it out`;
    throw new UserError({ at: '--only', problem: `finds no "${only}"`, fix });
  }
  const costs: Cost[] = [];
  const keep = (cost: Cost): void => {
    costs.push(cost);
    tell(`${cost.name}: ${shown(cost.ns)} ns`);
  };
  for (const micro of chosen) keep(await costOf(micro, { timeMs }));
  // A round with somebody late takes some 200 µs.
  if (withBarrier) (await barrierCosts(Math.max(200, timeMs * 5))).forEach(keep);
  return costs;
}

/** Markdown. */
export function costTable(costs: readonly Cost[]): string {
  const rows = costs.map(({ name, ns, lowNs, highNs }) => [
    name,
    shown(ns),
    `${shown(lowNs)} – ${shown(highNs)}`,
  ]);
  return table(['part, operation, size', 'ns', 'quartiles'], rows, 'lrr');
}

function shown(ns: number): string {
  return ns >= 100 ? Math.round(ns).toLocaleString('en') : ns.toFixed(1);
}
