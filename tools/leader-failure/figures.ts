/** Figures of the runs in which leaders fail. */

import type { FigureOf, Result } from '../findings/figures.ts';
import { METRICS } from '../../packages/runner/src/campaign/metrics.ts';

export interface NamedFigure {
  /** The name of its picture. */
  readonly name: string;
  /** In words, for headers and axes, with its unit. */
  readonly label: string;
  readonly digits: number;
  readonly of: FigureOf;
}

const IN_SECONDS = 1 / 1000;

export const REDUNDANCY: NamedFigure = {
  name: 'redundancy',
  label: 'redundancy',
  digits: 1,
  of: METRICS.redundancy.compute,
};
export const INTER_AS: NamedFigure = {
  name: 'inter-as',
  label: 'bytes between AS (%)',
  digits: 1,
  of: ({ interAsShare }) => 100 * interAsShare,
};
/** Of the followers; in BitTorrent of all leechers, none of whom leads. */
export const MEDIAN: NamedFigure = {
  name: 'median',
  label: 'median of followers (s)',
  digits: 0,
  of: ({ followers, completion }) => scaled((followers.count === 0 ? completion : followers).p50Ms),
};
export const NINETIETH: NamedFigure = {
  name: 'ninetieth',
  label: '90th percentile of followers (s)',
  digits: 0,
  of: ({ followers, completion }) => scaled((followers.count === 0 ? completion : followers).p90Ms),
};
export const UNSERVED: NamedFigure = {
  name: 'unserved',
  label: 'time without service (s)',
  digits: 1,
  of: (result) => scaled(meanUnservedMs(result, (row) => isSurvivor(result, row))),
};

/** The mean time in which a peer of a class completes the file. */
export function meanTimeOf(className: string): NamedFigure {
  return {
    name: 'mean-time',
    label: `mean time of a ${className} user (s)`,
    digits: 0,
    of: ({ classes }) => scaled(classes.find(({ name }) => name === className)?.meanMs ?? null),
  };
}

/** The mean time without service of the peers of a class. */
export function unservedOf(className: string): NamedFigure {
  return {
    ...UNSERVED,
    name: 'unserved-sessions',
    of: (result) =>
      scaled(meanUnservedMs(result, (row) => result.peers.class?.[row] === className)),
  };
}

/** Leechers who have not crashed. */
function isSurvivor({ peers: { role, departure = [] } }: Result, row: number): boolean {
  return role[row] !== 'seed' && departure[row] !== 'crashed';
}

function meanUnservedMs(
  { peers: { unservedMs = [] } }: Result,
  isIncluded: (row: number) => boolean,
): number | null {
  const values = unservedMs.filter((ms, row) => ms !== null && isIncluded(row)) as number[];
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

function scaled(ms: number | null): number | null {
  return ms === null ? null : IN_SECONDS * ms;
}
