/**
 * The figures of a run at a time. Those that a timeline has, too, have the names of its columns
 * (`timeline.csv`); what happens in an interval there is what has happened so far here.
 */

import type { RecordingHeader } from '@cachetorrent/recording';

import { formatInteger } from '../panels/format.ts';
import type { FramePoint, Scene } from '../scene.ts';
import { clockText } from '../timeline/clock-text.ts';
import { countUntil } from '../timeline/marks.ts';
import { numberText, rateText, shareText, volumeText } from './format.ts';

/** A figure at a time. */
export interface Figure {
  readonly name: string;
  /** What it is called on the page. */
  readonly label: string;
  /** What it is, in a sentence. */
  readonly title: string;
  /** Its value, in the unit of its name; NaN if there is none. */
  readonly value: number;
  /** The value, or the difference of two, as a text. */
  readonly text: (value: number) => string;
}

/**
 * The figures of a scene.
 *
 * @param points the figures of all frames, for those that a scene does not have
 */
export function figuresOf(
  scene: Scene,
  points: readonly FramePoint[],
  header: RecordingHeader,
): readonly Figure[] {
  const { totals } = scene;
  const { finished, aborted, crashed } = totals;
  const figures: Figure[] = [
    {
      name: 'timeMs',
      label: 'Time',
      title: 'Simulated time since the start',
      value: scene.atMs,
      text: clockText,
    },
    count('leechers', totals.leechers, 'Leechers', 'Peers that are there and lack pieces'),
    count('seeds', totals.seeds, 'Seeds', 'Peers that are there and have the whole file'),
    count('leaders', totals.leaders, 'Leaders', 'Peers that lead in their AS'),
    count('arrivals', totals.arrivals, 'Arrivals', 'Peers that have arrived so far'),
    count(
      'departures',
      finished + aborted + crashed,
      'Departures',
      `Peers that have left so far: ${finished} finished, ${aborted} gave up, ${crashed} crashed`,
    ),
    count('completions', totals.completions, 'Completions', 'Leechers that have completed so far'),
    {
      name: 'redundancy',
      label: 'Redundancy',
      title: 'How often an AS has downloaded a piece from outside, on average so far',
      value: scene.redundancy,
      text: numberText,
    },
    {
      name: 'bytesFromOutside',
      label: 'Over borders',
      title: 'What has arrived from other AS so far',
      value: totals.outsideBits / 8,
      text: (bytes) => volumeText(bytes * 8),
    },
    {
      name: 'borderKbps',
      label: 'Over borders now',
      title: 'What flows between AS, on average over the last seconds',
      value: scene.borderKbps,
      text: rateText,
    },
    {
      name: 'insideKbps',
      label: 'Inside AS now',
      title: 'What flows within AS, on average over the last seconds',
      value: scene.insideKbps,
      text: rateText,
    },
    {
      name: 'uploadUtilisation',
      label: 'Upload in use',
      title: 'What peers have sent of what they could have sent, in the last frame',
      value: pointAt(points, scene.atMs)?.utilisation ?? NaN,
      text: shareText,
    },
    count('piecesHeld', totals.piecesHeld, 'Pieces held', 'Pieces that all peers hold together'),
    count(
      'availability',
      scene.copies.reduce((least, copies) => Math.min(least, copies), Infinity),
      'Rarest piece',
      'How many peers hold the rarest piece',
    ),
    count(
      'activeConnections',
      totals.activeConnections,
      'Active connections',
      'Connections on which pieces are being sent',
    ),
    count('unserved', totals.unserved, 'Unserved', 'Peers that lack pieces and receive nothing'),
  ];
  if (header.isOpen) return figures;
  const half = {
    name: 'halfCompleteMs',
    label: 'Half complete at',
    title: 'When half of the leechers had completed the file, to within a frame',
    value: halfCompleteMs(points, scene.atMs),
    text: (ms: number) => (Number.isFinite(ms) ? clockText(ms) : 'not yet'),
  };
  return [...figures, half];
}

/** The figures of the last frame that has ended by a time, in ms; undefined if none has. */
export function pointAt(points: readonly FramePoint[], ms: number): FramePoint | undefined {
  return points[countUntil(points, ({ atMs }) => atMs <= ms) - 1];
}

/**
 * The end of the first frame in which half of the leechers were complete, in ms; NaN if this was
 * after a time. For a swarm in which all arrive at the start.
 */
export function halfCompleteMs(points: readonly FramePoint[], ms: number): number {
  const last = pointAt(points, ms);
  if (last === undefined) return NaN;
  const { leechers, completions, aborted, crashed } = last.totals;
  const half = (leechers + completions + aborted + crashed) / 2;
  const index = countUntil(points, ({ totals }) => totals.completions < half);
  const point = points[index];
  return half > 0 && point !== undefined && point.atMs <= ms ? point.atMs : NaN;
}

function count(name: string, value: number, label: string, title: string): Figure {
  return { name, label, title, value, text: formatInteger };
}
