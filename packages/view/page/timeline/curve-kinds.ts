/** The curves: what each shows, and how a curve is described in words. */

import type { FramePoint } from '../scene.ts';
import { formatInteger } from '../panels/format.ts';
import { numberText, rateText, shareText } from '../shell/format.ts';
import { secondsText } from './clock-text.ts';

/** A picture with one or more curves. */
export interface CurveKind {
  readonly id: string;
  readonly title: string;
  /** The unit of its axis. */
  readonly unit: string;
  readonly series: readonly Series[];
  /** The least that its axis reaches to. */
  readonly atLeast: number;
  /** Whether a figure is that of a whole frame, and not of its end. */
  readonly isOfFrame: boolean;
}

/** A curve for each run. */
export interface Series {
  readonly name: string;
  /** The CSS property of its colour. */
  readonly colour: string;
  /** Its figure, in the unit of the axis. */
  readonly value: (point: FramePoint) => number;
  /** A figure of the axis as a text, with its unit. */
  readonly text: (value: number) => string;
}

/** All pictures, in order. */
export const CURVES: readonly CurveKind[] = [
  {
    id: 'peers',
    title: 'Peers',
    unit: 'peers',
    atLeast: 1,
    isOfFrame: false,
    series: [
      {
        name: 'leechers',
        colour: '--leecher',
        value: ({ totals }) => totals.leechers,
        text: formatInteger,
      },
      { name: 'seeds', colour: '--seed', value: ({ totals }) => totals.seeds, text: formatInteger },
      {
        name: 'leaders',
        colour: '--leader',
        value: ({ totals }) => totals.leaders,
        text: formatInteger,
      },
    ],
  },
  {
    id: 'redundancy',
    title: 'Redundancy so far',
    unit: 'downloads of a piece from outside an AS',
    atLeast: 1,
    isOfFrame: false,
    series: [
      {
        name: 'redundancy',
        colour: '--text',
        value: ({ redundancy }) => redundancy,
        text: numberText,
      },
    ],
  },
  {
    id: 'borders',
    title: 'Traffic over borders',
    unit: 'Mbit/s',
    atLeast: 0.001,
    isOfFrame: true,
    series: [
      {
        name: 'from other AS',
        colour: '--traffic',
        value: ({ borderKbps }) => borderKbps / 1000,
        text: (mbps) => rateText(mbps * 1000),
      },
    ],
  },
  {
    id: 'utilisation',
    title: 'Upload in use',
    unit: '%',
    atLeast: 100,
    isOfFrame: true,
    series: [
      {
        name: 'of what peers can send',
        colour: '--leecher',
        value: ({ utilisation }) => 100 * utilisation,
        text: (percent) => shareText(percent / 100),
      },
    ],
  },
];

/**
 * A picture in words: from where to where each curve goes, and its greatest figure.
 *
 * @param labels the names of the runs
 * @param points the figures of each
 */
export function summaryOf(
  kind: CurveKind,
  labels: readonly string[],
  points: readonly (readonly FramePoint[])[],
): string {
  const sentences = points.flatMap((of, run) =>
    kind.series.map((series) => {
      const { name, value, text } = series;
      const label = labels.length > 1 ? `${labels[run]}, ${name}` : name;
      const first = of[0];
      const last = of.at(-1);
      if (first === undefined || last === undefined) return `${label}: nothing yet`;
      const greatest = greatestOf(series, of);
      return (
        `${label}: ${text(value(first))} at ${secondsText(first.atMs)}, ` +
        `${text(value(last))} at ${secondsText(last.atMs)}, at most ${text(greatest)}`
      );
    }),
  );
  return `${kind.title}. ${sentences.join('; ')}.`;
}

/** The greatest figure of a curve; 0 if it has none. */
export function greatestOf({ value }: Series, points: readonly FramePoint[]): number {
  return points.reduce((greatest, point) => Math.max(greatest, value(point)), 0);
}
