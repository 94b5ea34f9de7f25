/**
 * Papers, what they found, and how a run shows it. To try another paper, add an experiment file to
 * `examples/experiments`, and an entry here.
 */

import {
  bySeed,
  change,
  type Figures,
  importsOfClass,
  medianOf,
  shareOfUploads,
  serviceBySeeds,
} from './figures.ts';
import { BINDAL } from './bindal.ts';
import { type Finding, type Paper, same } from './finding.ts';
import type { Bounds } from './verdict.ts';

/** "Near-optimal" and "high" in numbers: a bound of ours. */
const UTILISED = 0.9;

const BHARAMBE: Paper = {
  name: 'bharambe-2006',
  title: 'Upload utilisation in a flash crowd',
  citation: `
A. R. Bharambe, C. Herley, V. N. Padmanabhan: *Analyzing and Improving a BitTorrent Network’s
Performance Mechanisms.* INFOCOM 2006.`,
  abstract: `
BitTorrent “performs near-optimally in terms of uplink bandwidth utilization, and download
time except under certain extreme conditions”.`,
  differences: `
The swarm is ours: 300 leechers, 400 kbit/s up and 1,500 kbit/s down, 200 pieces of 256 KiB.
Extreme are a seed slower than a leecher, and few neighbours. Utilisation is that of leechers
until they are complete.`,
  findings: [
    utilised('The upload capacity of a flash crowd is used', 'seed', 'seeds.upload', 6000, {
      low: UTILISED,
    }),
    utilised('It is not if the seed has half a leecher’s capacity', 'seed', 'seeds.upload', 200, {
      high: UTILISED,
    }),
    {
      claim: 'A faster seed helps',
      experiment: 'bharambe-2006',
      quantity: 'utilisation with 6,000 less that with 400 kbit/s',
      bounds: { low: 0 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) =>
        bySeed(
          (slow, fast) => fast - slow,
          figures.of({ varied: 'seed', 'seeds.upload': 400 }, 'uploadUtilisation'),
          figures.of({ varied: 'seed', 'seeds.upload': 6000 }, 'uploadUtilisation'),
        ),
    },
    utilised('It is not with few neighbours: 2 named to each', 'neighbours', 'neighbours', 2, {
      high: UTILISED,
    }),
    utilised('A moderate number of neighbours suffices: 10', 'neighbours', 'neighbours', 10, {
      low: UTILISED,
    }),
  ],
};

const ORDERS = { random: 'pieces at random', 'in-order': 'pieces in order' } as const;

const LEGOUT_2006: Paper = {
  name: 'legout-2006',
  title: 'Rarest first',
  citation: `
A. Legout, G. Urvoy-Keller, P. Michiardi: *Rarest First and Choke Algorithms Are Enough.* IMC
2006.`,
  abstract: `
Rarest first “guarantees close to ideal diversity of the pieces among peers”. Its replacement
“with source or network coding solutions cannot be justified”.`,
  differences: `
The paper measured one client in real torrents. Diversity is, as there, how much of the time
leechers are interested in one another, ideally always; here, of all leechers of a flash
crowd. The comparison with other orders is ours.`,
  findings: [
    {
      claim: 'Rarest first gives close to ideal diversity',
      experiment: 'legout-2006',
      quantity: 'interest of leechers in leechers',
      bounds: { low: 0.9 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) => bySeed(same, figures.of({ pieceOrder: 'rarest' }, 'interestShare')),
    },
    ...(['random', 'in-order'] as const).flatMap((pieceOrder): Finding[] => [
      {
        claim: `Diversity is greater than with ${ORDERS[pieceOrder]}`,
        experiment: 'legout-2006',
        quantity: 'interest, rarest first less this order',
        bounds: { low: 0 },
        digits: 1,
        isShare: true,
        valuesOf: (figures) =>
          bySeed(
            (other, rarest) => rarest - other,
            figures.of({ pieceOrder }, 'interestShare'),
            figures.of({ pieceOrder: 'rarest' }, 'interestShare'),
          ),
      },
      {
        claim: `Leechers complete sooner than with ${ORDERS[pieceOrder]}`,
        experiment: 'legout-2006',
        quantity: 'median, this order against rarest first',
        bounds: { low: 0 },
        digits: 1,
        isShare: true,
        valuesOf: (figures) =>
          bySeed(
            change,
            figures.of({ pieceOrder: 'rarest' }, 'p50Ms'),
            figures.of({ pieceOrder }, 'p50Ms'),
          ),
      },
    ]),
    {
      claim: 'The last pieces are not slow',
      experiment: 'legout-2006',
      quantity: 'time of the last 5 % of the pieces, of that of 5 % of all',
      bounds: { high: 1 },
      digits: 2,
      valuesOf: (figures) => bySeed(same, figures.of({ pieceOrder: 'rarest' }, 'lastPiecesPace')),
    },
  ],
};

/** Of the other leechers of a fast one, the share that is fast: 12 of 39. */
const CHANCE = (13 - 1) / (13 + 14 + 13 - 1);
const FAST_SEED = { 'seeds.upload': 1600 };
const SLOW_SEED = { 'seeds.upload': 400 };

const LEGOUT_2007: Paper = {
  name: 'legout-2007',
  title: 'Clustering and sharing incentives',
  citation: `
A. Legout, N. Liogkas, E. Kohler, L. Zhang: *Clustering and Sharing Incentives in BitTorrent
Systems.* SIGMETRICS 2007.`,
  abstract: `
The paper finds “the clustering of similar-bandwidth peers, the effectiveness of BitTorrent’s
sharing incentives, and the peers’ high uplink utilization”; “the modified choking algorithm
in seed state provides uniform service to all peers”, and “an underprovisioned initial seed
leads to absence of peer clustering and less effective sharing incentives”.`,
  differences: `
The paper measured more than 40 clients; ours are 40 simulated ones of three classes, and the
slow seed uploads a quarter of what the fast one does. By chance, fast leechers would send
${(100 * CHANCE).toFixed(0)} % to fast ones.`,
  findings: [
    {
      claim: 'Similar peers cluster: fast leechers mostly serve fast ones',
      experiment: 'legout-2007',
      quantity: 'share of their uploads that fast ones receive',
      bounds: { low: 0.5 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) => bySeed(same, figures.of(FAST_SEED, shareOfUploads('fast', 'fast'))),
    },
    {
      claim: 'Fast leechers send more to one another than by chance',
      experiment: 'legout-2007',
      quantity: 'this share less that by chance',
      bounds: { low: 0 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) =>
        bySeed((share) => share - CHANCE, figures.of(FAST_SEED, shareOfUploads('fast', 'fast'))),
    },
    ...['slow', 'medium', 'fast'].map(
      (className): Finding => ({
        claim: `Seeds serve all alike: ${className} leechers`,
        experiment: 'legout-2007',
        quantity: 'rate at which one is served, against the mean of the classes',
        bounds: { low: -0.1, high: 0.1 },
        digits: 1,
        isShare: true,
        valuesOf: (figures) => bySeed(same, figures.of(FAST_SEED, serviceBySeeds(className))),
      }),
    ),
    {
      claim: 'Who gives more completes sooner',
      experiment: 'legout-2007',
      quantity: 'median of slow ones, of that of fast ones',
      bounds: { low: 1 },
      digits: 2,
      valuesOf: (figures) =>
        bySeed(
          (slow, fast) => slow / fast,
          figures.of(FAST_SEED, medianOf('slow')),
          figures.of(FAST_SEED, medianOf('fast')),
        ),
    },
    {
      claim: 'Uplinks are used',
      experiment: 'legout-2007',
      quantity: 'upload utilisation of leechers',
      bounds: { low: UTILISED },
      digits: 1,
      isShare: true,
      valuesOf: (figures) => bySeed(same, figures.of(FAST_SEED, 'uploadUtilisation')),
    },
    {
      claim: 'With a slow seed there are no clusters',
      experiment: 'legout-2007',
      quantity: 'share from fast to fast less that by chance',
      bounds: { low: -0.05, high: 0.05 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) =>
        bySeed((share) => share - CHANCE, figures.of(SLOW_SEED, shareOfUploads('fast', 'fast'))),
    },
    {
      claim: 'With a slow seed, incentives are less effective',
      experiment: 'legout-2007',
      quantity: 'slow against fast median: slow seed, of that with the fast seed',
      bounds: { high: 1 },
      digits: 2,
      valuesOf: (figures) =>
        bySeed(
          (slow, fast, slowBefore, fastBefore) => slow / fast / (slowBefore / fastBefore),
          figures.of(SLOW_SEED, medianOf('slow')),
          figures.of(SLOW_SEED, medianOf('fast')),
          figures.of(FAST_SEED, medianOf('slow')),
          figures.of(FAST_SEED, medianOf('fast')),
        ),
    },
  ],
};

/** How fast the seed is, and its upload capacity in kbit/s; that of a leecher is 400. */
const SEEDS_OF_LE_BLOND = { 'a seed like a leecher': 400, 'a seed four times as fast': 1600 };

const LE_BLOND: Paper = {
  name: 'le-blond-2011',
  title: 'A few connections between AS',
  citation: `
S. Le Blond, A. Legout, W. Dabbous: *Pushing BitTorrent Locality to the Limit.* Computer Networks 55
(3), 2011.`,
  abstract: `
“We save up to several orders of magnitude inter-ISP traffic compared to traditional locality
without adversely impacting peers download completion time.”`,
  differences: `
The paper ran up to 10,000 real clients; ours are 240 simulated mainline clients, about 40 in each
of 6 AS, so that an AS needs a fortieth of what it downloads at least. Traditional locality has four
fifths of the neighbours in the own AS. How few connections are enough depends on how much one
carries, a fourth of an upload capacity here, and on how fast the seed is: few connections do not
slow a swarm down that waits for its seed.`,
  findings: Object.entries(SEEDS_OF_LE_BLOND).flatMap(([speed, upload]): Finding[] => {
    const seed = { 'seeds.upload': upload };
    const budget = (connections: number) => ({
      ...seed,
      selection: 'budget',
      interAsConnections: connections,
    });
    return [
      ...[4, 10].map(
        (connections): Finding => ({
          claim: `Inter-ISP traffic falls by far: ${connections} connections per AS, ${speed}`,
          experiment: 'le-blond-2011',
          quantity: 'redundancy, of that with traditional locality',
          bounds: { high: 0.2 },
          digits: 2,
          valuesOf: (figures) =>
            bySeed(
              (traditional, few) => few / traditional,
              figures.of({ ...seed, selection: 'traditional' }, 'redundancy'),
              figures.of(budget(connections), 'redundancy'),
            ),
        }),
      ),
      ...[4, 10, 40].map(
        (connections): Finding => ({
          claim: `Downloads do not take longer: ${connections} connections per AS, ${speed}`,
          experiment: 'le-blond-2011',
          quantity: 'median, against random neighbours',
          bounds: { high: 0.1 },
          digits: 1,
          isShare: true,
          valuesOf: (figures) =>
            bySeed(
              change,
              figures.of({ ...seed, selection: 'random' }, 'p50Ms'),
              figures.of(budget(connections), 'p50Ms'),
            ),
        }),
      ),
    ];
  }),
};

const CUEVAS: Paper = {
  name: 'cuevas-2014',
  title: 'Small and large AS',
  citation: `
R. Cuevas, N. Laoutaris, X. Yang, G. Siganos, P. Rodriguez: *BitTorrent Locality and Transit Traffic
Reduction: When, Why, and at What Cost?* IEEE Transactions on Parallel and Distributed Systems 25
(5), 2014.`,
  abstract: `
“Although there are a large number of very small ISPs without enough resources for localizing
traffic, by analyzing the 100 largest ISPs we show that Locality policies are expected to
significantly reduce the transit traffic with respect to the default random overlay construction
method in these ISPs.”`,
  differences: `
The paper computed traffic from measured torrents; here one torrent is simulated, whose AS have 100
to 2 leechers. The policy is selection by hops: as many neighbours as there are in the own AS, but
for one.`,
  findings: [
    {
      claim: 'In a large AS, locality reduces transit traffic significantly',
      experiment: 'cuevas-2014',
      quantity: 'what 100 leechers import, against random neighbours',
      bounds: { high: -0.5 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) => importsSaved(figures, 'as-of-100'),
    },
    {
      claim: 'A very small AS cannot localize its traffic',
      experiment: 'cuevas-2014',
      quantity: 'what 2 leechers import, against random neighbours',
      bounds: { low: -0.2 },
      digits: 1,
      isShare: true,
      valuesOf: (figures) => importsSaved(figures, 'as-of-2'),
    },
    ...[
      ['as-of-100', 'as-of-25'],
      ['as-of-25', 'as-of-8'],
    ].map(
      ([large, small]): Finding => ({
        claim: 'The more leechers an AS has, the more locality saves',
        experiment: 'cuevas-2014',
        quantity: `change of imports, ${large!.slice(6)} less ${small!.slice(6)} leechers`,
        bounds: { high: 0 },
        digits: 1,
        isShare: true,
        valuesOf: (figures) => {
          const [ofLarge, ofSmall] = [large!, small!].map((name) => importsSaved(figures, name));
          return ofLarge!.map((value, i) => value - ofSmall![i]!);
        },
      }),
    ),
  ],
};

export const PAPERS: readonly Paper[] = [
  BINDAL,
  BHARAMBE,
  LEGOUT_2006,
  LEGOUT_2007,
  LE_BLOND,
  CUEVAS,
];

/** The names of the experiments of a paper, each once. */
export function experimentsOf({ findings }: Paper): readonly string[] {
  return [...new Set(findings.map(({ experiment }) => experiment))];
}

/** By which share the imports of a class change with locality; it is negative if they fall. */
function importsSaved(figures: Figures, className: string): number[] {
  const imports = (neighbourSelection: string) =>
    figures.of({ neighbourSelection }, importsOfClass(className));
  return bySeed(change, imports('uniform'), imports('hops'));
}

function utilised(
  claim: string,
  varied: string,
  field: string,
  value: number,
  bounds: Bounds,
): Finding {
  return {
    claim,
    experiment: 'bharambe-2006',
    quantity: 'upload utilisation of leechers',
    bounds,
    digits: 1,
    isShare: true,
    valuesOf: (figures) =>
      bySeed(same, figures.of({ varied, [field]: value }, 'uploadUtilisation')),
  };
}
