/**
 * `bench phold`: events per second of the engine alone, in the usual benchmark of parallel
 * simulation (`engine/phold.ts`). Counted from the first window to the end of the last one, so
 * that starting threads, which takes as long however much there is to do, does not count.
 */

import { runActors } from '../../packages/simulator/src/engine/threads/coordinator.ts';
import {
  type Phold,
  pholdLookaheadMs,
  type PholdReport,
} from '../../packages/simulator/src/engine/phold.ts';
import { table } from '../runs/markdown.ts';
import { summarize } from './statistics.ts';

export interface PholdPoint {
  /** Events pending at any time, of all actors. */
  readonly pending: number;
  readonly actors: number;
  readonly workers: number;
  /** Of a hundred events, how many go to another actor. */
  readonly remote: number;
}

export interface PholdResult extends PholdPoint {
  readonly events: number;
  readonly windows: number;
  /** Of each run. */
  readonly eventsPerSecond: readonly number[];
}

/** Four windows are the mean delay: so an event waits some windows, as messages of swarms do. */
const LOOKAHEAD_MS = 10;
const DELAY_MS = 40;
const SEED = 1;
/** Two seconds of them: the compiler needs the first tenths of one to come to an end. */
const EVENTS_MIN = 20_000_000;

export interface PholdOptions {
  readonly runs: number;
  /** Events of a run, about; by default enough for two seconds. */
  readonly events?: number;
  readonly tell: (line: string) => void;
}

export async function pholdResult(point: PholdPoint, options: PholdOptions): Promise<PholdResult> {
  const { pending, actors, workers, remote } = point;
  const { runs, events = Math.max(EVENTS_MIN, 8 * pending) } = options;
  const each = Math.max(1, Math.round(pending / actors));
  // An event happens every lookahead and delay, on average.
  const endMs = (events / (each * actors)) * (LOOKAHEAD_MS + DELAY_MS);
  const phold: Phold = {
    seed: SEED,
    actorCount: actors,
    pendingPerActor: each,
    remotePercent: remote,
    lookaheadMs: LOOKAHEAD_MS,
    delayMs: DELAY_MS,
    endMs,
  };
  const eventsPerSecond: number[] = [];
  let last = { events: 0, windows: 0 };
  for (let run = 0; run < runs; run++) {
    const { reports, busyTimes, windows } = await runActors({
      entry: PHOLD,
      setup: phold,
      actorCount: actors,
      lookaheadMs: pholdLookaheadMs(phold),
      meetingIntervalMs: Infinity,
      stallMs: Infinity,
      workers,
      measuresBusyTimes: true,
    });
    const handled = (reports as readonly PholdReport[]).reduce(
      (sum, { eventCount }) => sum + eventCount,
      0,
    );
    const loopMs = Math.max(...busyTimes!.map((times) => times.loopMs));
    eventsPerSecond.push((handled / loopMs) * 1000);
    last = { events: handled, windows };
  }
  const result = { ...point, pending: each * actors, ...last, eventsPerSecond };
  options.tell(`${labels(result).join(', ')}: ${millions(summarize(eventsPerSecond).median)} M/s`);
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

const PHOLD = new URL('../../packages/simulator/src/engine/phold.ts', import.meta.url);

function labels({ pending, actors, workers, remote }: PholdPoint): string[] {
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
