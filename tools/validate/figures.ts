/** The figures that a real run and a simulated one are compared by, and how near they must be. */

import {
  COMPARED_MESSAGES,
  leechersOf,
  medianCompletionS,
  type ObservedRun,
  percentileS,
  ROLES,
  SEED_CLASS,
  utilisation,
} from './observed-run.ts';

/** How far the simulation may be from the real swarm; undefined if a figure has no target. */
export interface Target {
  /** A share of the real figure, or a difference. */
  readonly kind: 'relative' | 'absolute';
  readonly bound: number;
}

export type FigureGroup =
  | 'completion'
  | 'utilisation'
  | 'exchange'
  | 'borders'
  | 'messages'
  | 'waste';

export interface Figure {
  readonly group: FigureGroup;
  readonly name: string;
  /** Undefined if a run does not have it, such as a completion that was not reached. */
  readonly value: number | undefined;
  readonly target: Target | undefined;
  /** Decimals to show. */
  readonly digits: number;
}

const WITHIN_10_PERCENT: Target = { kind: 'relative', bound: 0.1 };
const WITHIN_15_PERCENT: Target = { kind: 'relative', bound: 0.15 };
const WITHIN_20_PERCENT: Target = { kind: 'relative', bound: 0.2 };
const WITHIN_0_05: Target = { kind: 'absolute', bound: 0.05 };

const PERCENTILES = [
  { name: '10th', percent: 10, target: undefined },
  { name: 'median', percent: 50, target: WITHIN_10_PERCENT },
  { name: '90th', percent: 90, target: WITHIN_10_PERCENT },
  { name: 'last', percent: 100, target: WITHIN_15_PERCENT },
] as const;

/** The start of a swarm, in which its peers have little to offer one another. */
const START_S = 30;

/** All figures of a run: the same names in the same order for all runs of a setting. */
export function figuresOf(run: ObservedRun, classes: readonly string[]): readonly Figure[] {
  return [
    ...completionFigures(run, classes),
    ...utilisationFigures(run),
    ...exchangeFigures(run, classes),
    ...borderFigures(run),
    ...messageFigures(run, classes),
    {
      group: 'waste',
      name: 'bytes wasted, of all that leechers need',
      value: run.wastedBytes / (leechersOf(run).length * run.fileBytes),
      target: undefined,
      digits: 3,
    },
  ];
}

function completionFigures(run: ObservedRun, classes: readonly string[]): Figure[] {
  const groups: readonly (string | undefined)[] =
    classes.length > 1 ? [undefined, ...classes] : [undefined];
  return groups.flatMap((className) =>
    PERCENTILES.map(
      ({ name, percent, target }): Figure => ({
        group: 'completion',
        name: `${className === undefined ? '' : `${className}, `}${name}, s`,
        value: percentileS(leechersOf(run, className), percent),
        target,
        digits: 1,
      }),
    ),
  );
}

/** After the median, fewer and fewer peers need anything, so the capacity is not needed. */
function utilisationFigures(run: ObservedRun): Figure[] {
  const endS = Math.floor(medianCompletionS(run) ?? run.sentBytes.length);
  const startS = Math.min(START_S, endS);
  const figure = (name: string, fromS: number, toS: number): Figure => ({
    group: 'utilisation',
    name,
    value: utilisation(run, fromS, toS),
    target: WITHIN_0_05,
    digits: 3,
  });
  return [
    figure(`first ${START_S} s`, 0, startS),
    figure(`from ${START_S} s to the median completion`, START_S, endS),
  ];
}

/** Of the bytes that a class has sent, the share that each class has received. */
function exchangeFigures(run: ObservedRun, classes: readonly string[]): Figure[] {
  if (classes.length < 2) return [];
  return [SEED_CLASS, ...classes].flatMap((from) => {
    const sent = classes.map((to) => run.exchangedBytes[from]?.[to] ?? 0);
    const total = sent.reduce((sum, bytes) => sum + bytes, 0);
    if (total === 0) return [];
    return classes.map(
      (to, i): Figure => ({
        group: 'exchange',
        name: `${from} → ${to}`,
        value: sent[i]! / total,
        target: WITHIN_0_05,
        digits: 3,
      }),
    );
  });
}

/** Copies of the file that cross borders; the seed's AS needs fewer than the others. */
function borderFigures({ borders, peers, fileBytes }: ObservedRun): Figure[] {
  if (borders === undefined) return [];
  const { trafficBytes, redundancy } = borders;
  const seedAs = peers[0]!.as;
  const copies = (isCounted: (from: number, to: number) => boolean): number =>
    trafficBytes
      .flatMap((row, from) => row.filter((_, to) => from !== to && isCounted(from, to)))
      .reduce((sum, bytes) => sum + bytes, 0) / fileBytes;
  const others = trafficBytes.length - 1;
  const figure = (name: string, value: number): Figure => ({
    group: 'borders',
    name,
    value,
    target: WITHIN_10_PERCENT,
    digits: 2,
  });
  return [
    figure('redundancy', redundancy),
    figure(
      'copies over borders',
      copies(() => true),
    ),
    figure(
      "out of the seed's AS",
      copies((from) => from === seedAs),
    ),
    figure(
      "into the seed's AS",
      copies((_, to) => to === seedAs),
    ),
    figure('out of others, mean', copies((from) => from !== seedAs) / others),
    figure('into others, mean', copies((_, to) => to !== seedAs) / others),
  ];
}

function messageFigures(run: ObservedRun, classes: readonly string[]): Figure[] {
  const hasLeaders = classes.includes(ROLES[0]);
  return COMPARED_MESSAGES.filter((kind) => kind !== 'leaderStart' || hasLeaders).map((kind) => ({
    group: 'messages',
    name: kind,
    value: run.messages[kind] / run.peers.length,
    target: WITHIN_20_PERCENT,
    digits: 1,
  }));
}
