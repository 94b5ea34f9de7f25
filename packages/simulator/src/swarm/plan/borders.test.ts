import { describe, expect, test } from 'vitest';

import { type BorderLimit, lossesOf } from './borders.ts';
import { LinkLosses } from '../../network/link-losses.ts';
import { RELATIONSHIP, RoutesBuilder, uplinkRoutes } from '../../network/routes.ts';

const UPLINKS = uplinkRoutes(['AS0', 'AS1', 'AS2']);

/** What uplinks lose by entries of `borders`, and what gets lost between AS, with 0.5 % elsewhere. */
function partWith(borders: readonly BorderLimit[], from: number, to: number): number {
  return new LinkLosses(UPLINKS, 3, lossesOf(borders, 0.5, UPLINKS, 3)).lostPart(from, to);
}

describe('the part of the packets that is lost on a way', () => {
  test.each<{ rule: string; borders: BorderLimit[]; lost: number }>([
    { rule: 'is that of both links', borders: [], lost: 1 - 0.995 * 0.995 },
    {
      rule: 'has the loss of a link in place of the common one',
      borders: [{ between: ['transit', 'AS1'], lossPercent: 2 }],
      lost: 1 - 0.995 * 0.98,
    },
    {
      rule: 'has that of an AS for its links',
      borders: [
        { as: ['AS0'], lossPercent: 1 },
        { as: ['AS1'], lossPercent: 2 },
      ],
      lost: 1 - 0.99 * 0.98,
    },
    {
      rule: 'has that of all AS, but for those with an entry of their own',
      borders: [{ as: ['AS1'], lossPercent: 0 }, { lossPercent: 3 }, { as: ['AS1'], upKbps: 5 }],
      lost: 0.03,
    },
    {
      rule: 'has that of a link before that of its AS',
      borders: [
        { between: ['AS0', 'transit'], lossPercent: 0 },
        { as: ['AS0', 'AS1'], lossPercent: 4 },
      ],
      lost: 0.04,
    },
    {
      rule: 'has that of an AS between all others for all links',
      borders: [{ as: ['transit'], lossPercent: 10 }],
      lost: 1 - 0.9 * 0.9,
    },
    {
      rule: 'does not depend on links of others, nor on capacities',
      borders: [{ as: ['AS2'], lossPercent: 10 }, { upKbps: 5 }],
      lost: 1 - 0.995 * 0.995,
    },
  ])('$rule', ({ borders, lost }) => {
    expect(partWith(borders, 0, 1)).toBeCloseTo(lost, 12);
    expect(partWith(borders, 1, 0)).toBeCloseTo(lost, 12);
  });

  test('is nothing within an AS', () => {
    expect(partWith([{ lossPercent: 10 }], 1, 1)).toBe(0);
  });

  test('is the greater loss of a link whose AS both have an entry', () => {
    const builder = new RoutesBuilder(['AS0', 'AS1']);
    const link = builder.link(0, 1, RELATIONSHIP.peering);
    builder.endRoute();
    builder.step(link, false);
    builder.endRoute();
    builder.step(link, true);
    builder.endRoute();
    builder.endRoute();
    const routes = builder.build();
    const borders = [
      { as: ['AS1'], lossPercent: 2 },
      { as: ['AS0'], lossPercent: 1 },
    ];
    const losses = new LinkLosses(routes, 2, lossesOf(borders, 0.5, routes, 2));
    expect(losses.lostPart(0, 1)).toBeCloseTo(0.02, 12);
    expect(losses.lostPart(1, 0)).toBeCloseTo(0.02, 12);
    const all = new LinkLosses(routes, 2, lossesOf([{ lossPercent: 1 }], 0.5, routes, 2));
    expect(all.lostPart(0, 1), 'a link between two of all counts once').toBeCloseTo(0.01, 12);
  });
});
