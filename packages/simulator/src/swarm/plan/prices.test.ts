import { describe, expect, test } from 'vitest';

import { FORTY } from '../../../test/swarm/swarms.ts';
import type { AsLinks } from '../../network/billing.ts';
import { checkSwarm } from './check.ts';
import type { RelatedAs } from '../../network/related-as.ts';
import { RELATIONSHIP } from '../../network/routes.ts';
import { checkRelationships, linkTermsOf, type PriceException, type Prices } from './prices.ts';

const PRICES: Prices = {
  currency: 'USD',
  transit: 2,
  exceptions: [],
  intervalMs: 300_000,
  percentile: 95,
};

/** AS1 and AS2 are customers of AS3 and peers of each other; AS4 is an unrelated neighbour of AS3. */
const LINKS: AsLinks = {
  names: ['AS1', 'AS2', 'AS3', 'AS4', 'AS5'],
  links: {
    from: Uint32Array.of(0, 1, 0, 3),
    to: Uint32Array.of(2, 2, 1, 2),
    relationship: Uint8Array.of(0, 0, 1, 2),
  },
};

const FREE = { kind: 'free' };
const transit = (price: number) => ({ kind: 'transit', price });
const peering = (ratio: number, price: number) => ({ kind: 'peering', ratio, price });

/** The relationships of links that are listed. */
function relatedByLinks({ names, links }: AsLinks): RelatedAs {
  const known = new Set(names);
  return {
    examples: names,
    has: (name) => known.has(name),
    isRelated: (price, first, second) =>
      links.relationship.some((relationship, link) => {
        if (relationship !== RELATIONSHIP[price]) return false;
        const [from, to] = [names[links.from[link]!], names[links.to[link]!]];
        if (first === undefined) return true;
        if (second === undefined) return first === from || (price === 'peering' && first === to);
        return (first === from && second === to) || (first === to && second === from);
      }),
  };
}

/** AS9 pays AS8, and no route of the run crosses that link. */
const RELATED: RelatedAs = {
  ...relatedByLinks(LINKS),
  has: (name) => [...LINKS.names, 'AS9'].includes(name),
  isRelated: (price, ...ends) =>
    (price === 'transit' && ends[0] === 'AS9') || relatedByLinks(LINKS).isRelated(price, ...ends),
};

function termsWith(changes: Partial<Prices>, links = LINKS, related = RELATED) {
  const prices = { ...PRICES, ...changes };
  checkRelationships(prices, related);
  return linkTermsOf(prices, links);
}

describe('the terms of links', () => {
  test.each<{ rule: string; changes: Partial<Prices>; terms: object[] }>([
    {
      rule: 'are one price for transit, and free peering',
      changes: {},
      terms: [transit(2), transit(2), FREE, FREE],
    },
    {
      rule: 'may bill peering out of balance',
      changes: { peering: { ratio: 2, price: 1 } },
      terms: [transit(2), transit(2), peering(2, 1), FREE],
    },
    {
      rule: 'differ for what an AS pays',
      changes: { exceptions: [{ as: 'AS1', transit: 5 }] },
      terms: [transit(5), transit(2), FREE, FREE],
    },
    {
      rule: 'differ for the peerings of an AS, on either side',
      changes: { exceptions: [{ as: 'AS2', peering: { ratio: 3, price: 4 } }] },
      terms: [transit(2), transit(2), peering(3, 4), FREE],
    },
    {
      rule: 'differ between two AS, in any order',
      changes: { exceptions: [{ between: ['AS3', 'AS2'], transit: 7 }] },
      terms: [transit(2), transit(7), FREE, FREE],
    },
    {
      rule: 'are those of the last exception that fits',
      changes: {
        peering: { ratio: 2, price: 1 },
        exceptions: [
          { between: ['AS1', 'AS3'], transit: 7 },
          { as: 'AS1', transit: 5, peering: 'free' },
        ],
      },
      terms: [transit(5), transit(2), FREE, FREE],
    },
    {
      rule: 'do not change for an AS that hosts nobody with this seed',
      changes: { exceptions: [{ as: 'AS9', transit: 7 }] },
      terms: [transit(2), transit(2), FREE, FREE],
    },
  ])('$rule', ({ changes, terms }) => {
    expect(termsWith(changes)).toEqual(terms);
  });

  test.each<{ rule: string; exception: PriceException; says: string }>([
    {
      rule: 'an AS that is not in the network',
      exception: { as: 'AS7', transit: 1 },
      says:
        'prices.exceptions[0].as: is "AS7", which is no AS of this network; ' +
        'name one of its AS, such as "AS1"',
    },
    {
      rule: 'one of two AS that is not in the network',
      exception: { between: ['AS1', 'x"y'], transit: 1 },
      says: String.raw`prices.exceptions[0].between[1]: is "x\"y", which is no AS`,
    },
    {
      rule: 'transit of an AS without a provider',
      exception: { as: 'AS3', transit: 1 },
      says: 'prices.exceptions[0].transit: is a price for transit, but "AS3" pays no other AS',
    },
    {
      rule: 'peering of an AS without a peer',
      exception: { as: 'AS3', peering: 'free' },
      says: 'prices.exceptions[0].peering: is a price for peering, but "AS3" peers with no other AS',
    },
    {
      rule: 'transit between peers',
      exception: { between: ['AS1', 'AS2'], transit: 1 },
      says: 'is a price for transit, which "AS1" and "AS2" do not have; remove it',
    },
    {
      rule: 'peering between a customer and its provider',
      exception: { between: ['AS1', 'AS3'], peering: 'free' },
      says: 'is a price for peering, which "AS1" and "AS3" do not have',
    },
    {
      rule: 'an unknown relationship',
      exception: { between: ['AS3', 'AS4'], transit: 1 },
      says: 'is a price for transit, which "AS3" and "AS4" do not have',
    },
    {
      rule: 'AS that no link joins',
      exception: { between: ['AS2', 'AS4'], transit: 1 },
      says: 'is a price for transit, which "AS2" and "AS4" do not have',
    },
    {
      rule: 'an AS without neighbours',
      exception: { as: 'AS5', transit: 1 },
      says: 'is a price for transit, but "AS5" pays no other AS',
    },
  ])('cannot be those of $rule', ({ exception, says }) => {
    expect(() => termsWith({ exceptions: [exception] })).toThrow(says);
  });

  test('need relationships: transit, and peering if it has a price', () => {
    const only = (relationship: number): AsLinks => ({
      names: ['AS1', 'AS2'],
      links: {
        from: Uint32Array.of(0),
        to: Uint32Array.of(1),
        relationship: Uint8Array.of(relationship),
      },
    });
    const priced = (links: AsLinks, changes: Partial<Prices> = {}) =>
      termsWith(changes, links, relatedByLinks(links));
    expect(priced(only(0))).toEqual([transit(2)]);
    expect(() => priced(only(1))).toThrow(
      'prices.transit: is a price for transit, but no AS is the customer of another',
    );
    expect(() => priced(only(0), { peering: { ratio: 2, price: 1 } })).toThrow(
      'prices.peering: is a price for peering, but no two AS are peers in this network; remove it',
    );
  });
});

describe('a swarm', () => {
  test.each<{ rule: string; changes: Partial<Prices>; says: string }>([
    {
      rule: 'a negative price',
      changes: { transit: -1 },
      says: 'prices.transit: is -1, but a price is 0 or more',
    },
    {
      rule: 'a price that is no number',
      changes: { transit: Number.NaN },
      says: 'prices.transit: is NaN, but must be a number',
    },
    {
      rule: 'a negative price of an exception',
      changes: { exceptions: [{ as: 'AS1', transit: -1 }] },
      says: 'prices.exceptions[0].transit: is -1',
    },
    {
      rule: 'a ratio below 1',
      changes: { exceptions: [{ as: 'AS1', peering: { ratio: 0.5, price: 1 } }] },
      says: 'prices.exceptions[0].peering.ratio: is 0.5, but traffic',
    },
    {
      rule: 'a currency of several lines',
      changes: { currency: 'US\nD' },
      says: 'prices.currency: is not the name of a currency; write "USD"',
    },
    {
      rule: 'an interval of a few ms',
      changes: { intervalMs: 10 },
      says: 'prices.intervalMs: is 10, but no rate could be measured',
    },
    {
      rule: 'a percentile of 0',
      changes: { percentile: 0 },
      says: 'prices.percentile: is 0, not above 0 and at most 100',
    },
    {
      rule: 'a period that is shorter than an interval',
      changes: { periodMs: 1_000 },
      says: 'prices.periodMs: is 1000, but no rate could be measured',
    },
    {
      rule: 'a period of a fraction of an interval',
      changes: { periodMs: 450_000 },
      says: 'prices.periodMs: is 1.5 intervals, which is not a whole number',
    },
    {
      rule: 'an AS that its topology lacks',
      changes: { exceptions: [{ as: 'AS4', transit: 1 }] },
      says: 'prices.exceptions[0].as: is "AS4", which is no AS of this network',
    },
    {
      rule: 'peering, which its topology lacks',
      changes: { peering: { ratio: 2, price: 1 } },
      says: 'prices.peering: is a price for peering, but no two AS are peers',
    },
  ])('may not have $rule', ({ changes, says }) => {
    expect(() => checkSwarm({ ...FORTY, prices: { ...PRICES, ...changes } })).toThrow(says);
  });

  test('may have prices for the uplinks of its AS', () => {
    const exceptions = [
      { as: 'AS3', transit: 0 },
      { between: ['AS0', 'transit'] as const, transit: 1 },
    ];
    checkSwarm({ ...FORTY, prices: { ...PRICES, exceptions, periodMs: 30 * 86_400_000 } });
  });
});
