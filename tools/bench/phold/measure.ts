/**
 * `bench phold`: measures the events per second of the engine alone (`model.ts`), from the first
 * window to the end of the last. The start of the threads, which takes the same time for any number
 * of events, is not counted.
 */

import { runActors } from '../../../packages/simulator/src/engine/threads/coordinator.ts';
import { type Phold, pholdLookaheadMs, type PholdReport } from './model.ts';
import { table } from '../../runs/markdown.ts';
import { summarize } from '../statistics.ts';

export interface PholdPoint {
  /** The number of pending events, of all actors. */
  readonly pending: number;
  readonly actors: number;
  readonly workers: number;
  /** The percentage of events that go to another actor. */
  readonly remote: number;
}

export interface PholdResult extends PholdPoint {
  readonly events: number;
  readonly windows: number;
  /** One number for each run. */
  readonly eventsPerSecond: readonly number[];
}

/** The mean delay is four windows: an event waits for some windows, as messages of swarms do. */
const LOOKAHEAD_MS = 10;
const DELAY_MS = 40;
const SEED = 1;
/** About two seconds. Just-in-time compilation takes the first tenths of a second. */
const EVENTS_MIN = 20_000_000;

export interface PholdOptions {
  readonly runs: number;
  /** Approximate number of events of a run (default: enough for two seconds). */
  readonly events?: number;
  readonly tell: (line: string) => void;
}

export async function pholdResult(point: PholdPoint, options: PholdOptions): Promise<PholdResult> {
  const { pending, actors, workers, remote } = point;
  const { runs, events = Math.max(EVENTS_MIN, 8 * pending) } = options;
  const perActor = Math.max(1, Math.round(pending / actors));
  // An event schedules the next after the lookahead and the delay, on average.
  const endMs = (events / (perActor * actors)) * (LOOKAHEAD_MS + DELAY_MS);
  const phold: Phold = {
    seed: SEED,
    actorCount: actors,
    pendingPerActor: perActor,
    remotePercent: remote,
    lookaheadMs: LOOKAHEAD_MS,
    delayMs: DELAY_MS,
    endMs,
  };
  const eventsPerSecond: number[] = [];
  let last = { events: 0, windows: 0 };
  for (let run = 0; run < runs; run++) {
    const { reports, busyTimes, windowCount } = await runActors({
      entry: ENTRY,
      setup: phold,
      actorCount: actors,
      lookaheadMs: pholdLookaheadMs(phold),
      syncIntervalMs: Infinity,
      quietMs: Infinity,
      workers,
      measuresBusyTimes: true,
    });
    const handled = (reports as readonly PholdReport[]).reduce(
      (sum, { eventCount }) => sum + eventCount,
      0,
    );
    const loopMs = Math.max(...busyTimes!.map((times) => times.loopMs));
    eventsPerSecond.push((handled / loopMs) * 1000);
    last = { events: handled, windows: windowCount };
  }
  const result = { ...point, pending: perActor * actors, ...last, eventsPerSecond };
  options.tell(
    `${describePoint(result).join(', ')}: ${millions(summarize(eventsPerSecond).median)} M/s`,
  );
  return result;
}

/** Markdown. */
export function pholdTable(results: readonly PholdResult[]): string {
  const rows = results.map((result) => {
    const { median, min, max } = summarize(result.eventsPerSecond);
    const { pending, actors, workers, remote, windows } = result;
    const counts = [pending, actors, workers, remote, windows].map((n) => n.toLocaleString('en'));
    return [...counts, millions(median), `${millions(min)} – ${millions(max)}`];
  });
  const titles = [
    'pending',
    'actors',
    'workers',
    'remote, %',
    'windows',
    'M events/s',
    'min – max',
  ];
  return table(titles, rows, 'rrrrrrr');
}

const ENTRY = new URL('./model.ts', import.meta.url);

function describePoint({ pending, actors, workers, remote }: PholdPoint): string[] {
  return [
    `${pending.toLocaleString('en')} pending`,
    actors === 1 ? '1 actor' : `${actors} actors`,
    workers === 1 ? '1 worker' : `${workers} workers`,
    `${remote} % remote`,
  ];
}

function millions(perSecond: number): string {
  return (perSecond / 1e6).toFixed(2);
}
