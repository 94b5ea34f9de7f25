/** The kinds of events: their names, and the shapes and colours of their marks. */

import type { EventKind, SwarmEvent } from '../scene.ts';

/** How events of a kind are shown. */
export interface EventLook {
  /** What one of them is. */
  readonly name: string;
  /** What several of them are. */
  readonly names: string;
  /** The CSS property of its colour. */
  readonly colour: string;
  /** The shape of its mark: the path of an SVG around the origin, 10 wide. */
  readonly path: string;
  /** The row of its marks: see `MARK_ROWS`. */
  readonly row: number;
}

const UP = 'M0-5L5 4H-5Z';
const DOWN = 'M0 5L5-4H-5Z';
const CIRCLE = 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z';
const SQUARE = 'M-3.5-3.5H3.5V3.5H-3.5Z';
const CROSS = 'M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z';
const DIAMOND = 'M0-5L5 0L0 5L-5 0Z';
const FLAG = 'M-4-5H5L2-2L5 1H-2V5H-4Z';

/** How the events of each kind are shown. */
export const EVENT_LOOKS: Readonly<Record<EventKind, EventLook>> = {
  election: {
    name: 'new leader',
    names: 'new leaders',
    colour: '--leader',
    path: UP,
    row: 0,
  },
  'leader lost': {
    name: 'leader lost',
    names: 'leaders lost',
    colour: '--fault',
    path: DOWN,
    row: 1,
  },
  finished: {
    name: 'peer has left with the file',
    names: 'peers have left with the file',
    colour: '--seed',
    path: CIRCLE,
    row: 2,
  },
  aborted: {
    name: 'peer has given up',
    names: 'peers have given up',
    colour: '--muted',
    path: SQUARE,
    row: 2,
  },
  crashed: {
    name: 'peer has crashed',
    names: 'peers have crashed',
    colour: '--fault',
    path: CROSS,
    row: 2,
  },
  fault: { name: 'fault', names: 'faults', colour: '--fault', path: DIAMOND, row: 3 },
  'all complete': {
    name: 'all leechers complete',
    names: 'times that all leechers were complete',
    colour: '--seed',
    path: FLAG,
    row: 3,
  },
};

/** The kinds in the order in which they are listed. */
export const EVENT_KINDS = Object.keys(EVENT_LOOKS) as readonly EventKind[];

/** The number of rows: new leaders, those lost, departures, and what concerns many. */
export const MARK_ROWS = 4;

/** How often it has happened: of a fault, the count is that of the peers hit. */
export function timesOf({ kind, count }: SwarmEvent): number {
  return kind === 'fault' || kind === 'all complete' ? 1 : count;
}

/**
 * What has happened, in words, such as `3 peers have crashed: AS 4`.
 *
 * @param asName the names of the AS
 */
export function eventText(event: SwarmEvent, asName: readonly string[]): string {
  const { kind, count, detail } = event;
  const { name, names } = EVENT_LOOKS[kind];
  if (kind === 'all complete') return `${name}: ${count} so far`;
  const what = timesOf(event) === 1 ? name : `${count} ${names}`;
  // Events of several AS that are one say so.
  const isWide = detail !== undefined && /in \d+ AS$/.test(detail);
  const as = asName[event.as] ?? `AS ${event.as}`;
  const who = kind !== 'fault' && count === 1 ? `peer ${event.peer} in ${as}` : as;
  const hit = kind === 'fault' && count > 0 ? [`${count} peers hit`] : [];
  const parts = [...(isWide ? [] : [who]), ...(detail === undefined ? [] : [detail]), ...hit];
  return `${what}: ${parts.join(', ')}`;
}
