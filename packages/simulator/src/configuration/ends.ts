/** `until` and `warmUp` in a configuration: when a run ends, and what of it counts in figures. */

import { z } from 'zod';

import type { RunEvent } from '../swarm/plan/dynamics.ts';
import type { Swarm } from '../swarm/plan/swarm.ts';
import { refuse } from './configuration-error.ts';
import { quantity, type Time } from './quantities.ts';
import { quantityOf } from './quantity-schema.ts';

/** The time at which a run ends, and an event that ends it earlier. */
export interface UntilConfig {
  /** The time at which it ends at the latest. */
  readonly time: Time;
  /** The event that ends it earlier, if it comes (default: none). */
  readonly event?: 'complete' | 'completions' | 'empty' | 'died' | 'steady';
  /** The number of downloads that end it, with the event `completions`. */
  readonly count?: number;
  /** How long the swarm is steady at least, with the event `steady` (default: time / 20). */
  readonly window?: Time;
}

/** The time and the event that end a run, as plain numbers. */
export interface CompleteUntilConfig {
  readonly time: number;
  readonly event: RunEvent['event'];
  readonly count?: number;
  readonly window?: number;
}

/** The fields of a complete configuration about the end of a run. */
export interface CompleteEnd {
  readonly until: 'complete' | number | CompleteUntilConfig;
  /** In ms. */
  readonly warmUp: number;
}

const count = z.number();
const time = quantityOf('time');

export const untilSchema: z.ZodObject = z.strictObject({
  time: time.describe('When the run ends at the latest.'),
  event: z
    .enum(['complete', 'completions', 'empty', 'died', 'steady'])
    .exactOptional()
    .describe('What ends it earlier: see docs/dynamics.md.'),
  count: count.exactOptional().describe('Downloads that end it, with the event `completions`.'),
  window: time
    .exactOptional()
    .describe('How long the swarm is steady at least (default: a twentieth of the time).'),
});

/** Fills in `until`. */
export function completeUntil(
  until: 'complete' | Time | UntilConfig = 'complete',
): 'complete' | number | CompleteUntilConfig {
  if (until === 'complete') return until;
  if (typeof until !== 'object') return quantity('time', until);
  const { event, count, window } = until;
  const endMs = quantity('time', until.time);
  if (count !== undefined && event !== 'completions') {
    const fix = 'write "event": "completions", or remove it';
    refuse(['until', 'count'], 'has no effect without the event "completions"', fix);
  }
  if (window !== undefined && event !== 'steady') {
    const fix = 'write "event": "steady", or remove it';
    refuse(['until', 'window'], 'has no effect without the event "steady"', fix);
  }
  if (event === undefined) return endMs;
  if (event === 'completions') {
    if (count !== undefined) return { time: endMs, event, count };
    return refuse(
      ['until'],
      'says that completions end the run, but not how many',
      'add "count": 100',
    );
  }
  if (event !== 'steady') return { time: endMs, event };
  const windowMs = window === undefined ? endMs / WINDOWS_BY_DEFAULT : quantity('time', window);
  return { time: endMs, event, window: windowMs };
}

/** So many windows are in a run that ends when the swarm is steady. */
const WINDOWS_BY_DEFAULT = 20;

/** The fields of a swarm about its end. */
export function endOf({
  until,
  warmUp,
}: CompleteEnd): Pick<Swarm, 'horizonMs' | 'endsOn' | 'warmUpMs'> {
  const measured = warmUp === 0 ? {} : { warmUpMs: warmUp };
  if (until === 'complete') return measured;
  if (typeof until === 'number') return { horizonMs: until, ...measured };
  const { time: horizonMs, event, count, window } = until;
  return { horizonMs, endsOn: runEventOf(event, count, window), ...measured };
}

function runEventOf(event: RunEvent['event'], count = 0, windowMs = 0): RunEvent {
  if (event === 'completions') return { event, count };
  return event === 'steady' ? { event, windowMs } : { event };
}
