/** The findings of Bindal et al. 2006 on biased neighbour selection. */

import { bySeed, change, type Figures } from './figures.ts';
import { type Finding, type Paper, same } from './finding.ts';

/** The throttle of a border, as the experiment names it. */
const THROTTLED = '2.5 Mbit/s';

export const BINDAL: Paper = {
  name: 'bindal-2006',
  title: 'Biased neighbour selection',
  citation: `
R. Bindal, P. Cao, W. Chan, J. Medved, G. Suwala, T. Bates, A. Zhang: *Improving Traffic
Locality in BitTorrent via Biased Neighbor Selection.* ICDCS 2006.`,
  abstract: `
Biased neighbor selection “maintains the nearly optimal performance of BitTorrent in a variety
of environments, and fundamentally reduces the cross-ISP traffic by eliminating the traffic’s
linear growth with the number of peers”.`,
  differences: `
As in the paper, 700 peers in 14 AS have 35 neighbours, one of them from outside. Here, about
as many again connect to a peer; leechers stay when they are complete. Where borders are
throttled, to 2.5 Mbit/s in each direction, peers are mainline clients and have 35 connections in
all.`,
  findings: [
    ...[100, 400].flatMap((upload): Finding[] => [
      {
        claim: `Cross-ISP traffic falls: uploads of ${upload} kbit/s`,
        experiment: 'bindal-2006',
        quantity: 'redundancy with biased neighbours',
        bounds: { high: 5 },
        digits: 2,
        valuesOf: (figures) =>
          bySeed(same, figures.of({ upload: upload, selection: 'biased' }, 'redundancy')),
      },
      ...(['p50Ms', 'p90Ms'] as const).map(
        (metric): Finding => ({
          claim: `Nearly optimal performance: uploads of ${upload} kbit/s`,
          experiment: 'bindal-2006',
          quantity: `${metric === 'p50Ms' ? 'median' : '90th percentile'}, biased against random`,
          bounds: { low: -0.1, high: 0.1 },
          digits: 1,
          isShare: true,
          valuesOf: (figures) =>
            bySeed(
              change,
              figures.of({ upload: upload, selection: 'random' }, metric),
              figures.of({ upload: upload, selection: 'biased' }, metric),
            ),
        }),
      ),
    ]),
    {
      claim: 'Without bias, traffic grows linearly with the number of peers',
      experiment: 'bindal-2006-growth',
      quantity: 'redundancy with 4 times the peers, random',
      bounds: { low: 3.6, high: 4.4 },
      digits: 2,
      valuesOf: (figures) => growth(figures, 'random'),
    },
    {
      claim: 'Bias eliminates this growth',
      experiment: 'bindal-2006-growth',
      quantity: 'redundancy with 4 times the peers, biased',
      bounds: { high: 2 },
      digits: 2,
      valuesOf: (figures) => growth(figures, 'biased'),
    },
    ...(['p50Ms', 'p90Ms'] as const).flatMap(throttled),
  ],
};

/** By which factor the redundancy is greater with 1,400 peers than with 350. */
function growth(figures: Figures, selection: 'random' | 'biased'): number[] {
  const at = (peers: number) => figures.of({ selection, peers }, 'redundancy');
  return bySeed((few, many) => many / few, at(350), at(1400));
}

/** What throttled borders do to a time. */
function throttled(metric: 'p50Ms' | 'p90Ms'): Finding[] {
  const [random, biased] = [
    { throttle: THROTTLED, selection: 'random' },
    { throttle: THROTTLED, selection: 'biased' },
  ];
  const rows = [
    {
      claim: 'Throttled borders slow random neighbours down',
      quantity: `with borders of ${THROTTLED} against none, random`,
      bounds: { low: 0.1 },
      from: { ...random, throttle: 'none' },
      to: random,
    },
    {
      claim: 'Behind throttled borders, bias is faster',
      quantity: `with borders of ${THROTTLED}, biased against random`,
      bounds: { high: 0 },
      from: random,
      to: biased,
    },
    {
      claim: 'Throttled borders do not slow biased neighbours down',
      quantity: `with borders of ${THROTTLED} against none, biased`,
      bounds: { low: -0.1, high: 0.1 },
      from: { ...biased, throttle: 'none' },
      to: biased,
    },
  ];
  return rows.map(({ claim, quantity, bounds, from, to }) => ({
    claim,
    experiment: 'bindal-2006-throttled',
    quantity: `${metric === 'p50Ms' ? 'median' : '90th percentile'} ${quantity}`,
    bounds,
    digits: 1,
    isShare: true,
    valuesOf: (figures) => bySeed(change, figures.of(from, metric), figures.of(to, metric)),
  }));
}
