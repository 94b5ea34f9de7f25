/** The targets of speed and size, and how they follow from the figures of the cases. */

import type { Figures } from './cases.ts';

/** The figures of one round, by the name of the case; cases may be missing. */
export type Round = Readonly<Record<string, Figures>>;

export interface Target {
  readonly id: string;
  readonly what: string;
  readonly figures: readonly TargetFigure[];
}

export interface TargetFigure {
  readonly name: string;
  readonly unit: string;
  readonly goal: { readonly atMost: number } | { readonly atLeast: number };
  readonly cases: readonly string[];
  /** `round` has all of `cases`. */
  readonly valueOf: (round: Round) => number;
}

const MEDIUM = 'medium';
const MEDIUM_ALONE = 'medium, 1 worker';
const LARGE = 'large';
const HUNDRED = 'hundred-thousand';

export const TARGETS: readonly Target[] = [
  {
    id: '1',
    what: 'medium, client rules, 2 workers',
    figures: [wall(MEDIUM, 4), memory(MEDIUM, 300)],
  },
  {
    id: '2',
    what: 'medium, original rules, 2 workers',
    figures: [wall('medium, original rules', 8), memory('medium, original rules', 300)],
  },
  {
    id: '3',
    what: 'medium, client rules, 1 worker',
    figures: [
      {
        name: 'CPU time of a message',
        unit: 'ns',
        goal: { atMost: 150 },
        cases: [MEDIUM_ALONE],
        valueOf: (round) => messageNs(round[MEDIUM_ALONE]!),
      },
    ],
  },
  {
    id: '3a',
    what: 'medium with 50 % leaders, client rules, 2 workers',
    figures: [wall('medium, 50 % leaders', 8)],
  },
  {
    id: '4',
    what: 'speed-up of 2 workers over 1',
    figures: [speedUp(MEDIUM, MEDIUM_ALONE, 1.7), speedUp(LARGE, 'large, 1 worker', 1.85)],
  },
  {
    id: '5',
    what: '100,000 peers in 200 AS, 2 workers',
    figures: [wall(HUNDRED, 180), memory(HUNDRED, 6_000)],
  },
  {
    id: '6',
    what: '1,000,000 peers in 1,000 AS, 2 workers',
    figures: [wall('million', Infinity), memory('million', 20_000)],
  },
  {
    id: '7',
    what: 'cost of a message, 100,000 peers over 700',
    figures: [
      {
        name: 'CPU time, ratio',
        unit: '',
        goal: { atMost: 2 },
        cases: [HUNDRED, MEDIUM],
        valueOf: (round) => messageNs(round[HUNDRED]!) / messageNs(round[MEDIUM]!),
      },
    ],
  },
  {
    id: '8',
    what: 'large, predicted for 16 workers',
    figures: [
      {
        name: 'speed-up',
        unit: '',
        goal: { atLeast: 10 },
        cases: ['large, predicted'],
        valueOf: (round) => round['large, predicted']!['speedUp']!,
      },
    ],
  },
  {
    id: '9',
    what: 'PHOLD on the engine alone, 1 worker',
    figures: [events('phold, 16,000 pending', 10), events('phold, 1,000,000 pending', 5)],
  },
  {
    id: '10',
    what: 'a day in which 24,000 peers come and go, 2 workers',
    figures: [wall('day', 300), memory('day', 600)],
  },
  {
    id: '11',
    what: '20,000 peers in 500 AS with borders that limit them, over none, 1 worker',
    figures: [
      costOfBorders('CPU time, ratio', 'cpuMs'),
      costOfBorders('wall time, ratio', 'wallMs'),
    ],
  },
];

function wall(of: string, atMost: number): TargetFigure {
  return {
    name: 'wall time',
    unit: 's',
    goal: { atMost },
    cases: [of],
    valueOf: (round) => round[of]!['wallMs']! / 1000,
  };
}

function memory(of: string, atMost: number): TargetFigure {
  return {
    name: 'peak memory',
    unit: 'MB',
    goal: { atMost },
    cases: [of],
    valueOf: (round) => round[of]!['peakRssBytes']! / 1e6,
  };
}

function costOfBorders(name: string, figure: string): TargetFigure {
  return {
    name,
    unit: '',
    goal: { atMost: 1.5 },
    cases: ['borders', 'no borders'],
    valueOf: (round) => round['borders']![figure]! / round['no borders']![figure]!,
  };
}

function speedUp(by: string, over: string, atLeast: number): TargetFigure {
  return {
    name: by,
    unit: '',
    goal: { atLeast },
    cases: [by, over],
    valueOf: (round) => round[over]!['wallMs']! / round[by]!['wallMs']!,
  };
}

function events(of: string, atLeast: number): TargetFigure {
  return {
    name: of.replace('phold, ', ''),
    unit: 'M events/s',
    goal: { atLeast },
    cases: [of],
    valueOf: (round) => round[of]!['eventsPerSecond']! / 1e6,
  };
}

function messageNs(figures: Figures): number {
  return (figures['cpuMs']! * 1e6) / figures['messages']!;
}
