import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { pathInConfig } from './path-in-config.ts';
import { resolveSwarm } from './resolve.ts';

const withPrices = (prices: unknown, network: object = {}) => ({
  peers: 100,
  file: { pieces: 100 },
  network: { ...network, prices },
});

describe('prices in a configuration', () => {
  test('have defaults: those of the industry, over the run', () => {
    const { swarm, config } = resolveSwarm(withPrices({ transit: 2 }));
    expect(swarm.prices).toEqual({
      currency: 'USD',
      transit: 2,
      exceptions: [],
      intervalMs: 300_000,
      percentile: 95,
    });
    expect(config.network.prices).toMatchObject({ peering: 'free', period: 'run' });
    expect(resolveSwarm(config)).toEqual({ swarm, config });
  });

  test('may state everything', () => {
    const prices = {
      currency: '€',
      transit: 0.5,
      exceptions: [
        { as: 'AS1', transit: 5 },
        { between: ['AS2', 'transit'], transit: 4 },
      ],
      interval: '1 min',
      percentile: '90 %',
      period: '30 d',
    };
    const { swarm, config } = resolveSwarm(withPrices(prices));
    expect(swarm.prices).toEqual({
      ...prices,
      interval: undefined,
      intervalMs: 60_000,
      percentile: 90,
      period: undefined,
      periodMs: 30 * 86_400_000,
    });
    expect(resolveSwarm(config)).toEqual({ swarm, config });
  });

  test('are absent in a swarm without them', () => {
    const { swarm, config } = resolveSwarm({ peers: 100, file: { pieces: 100 } });
    expect(swarm).not.toHaveProperty('prices');
    expect(config.network).not.toHaveProperty('prices');
  });

  test.each<{ of: string; prices: unknown; at: string; says: string }>([
    {
      of: 'no price',
      prices: {},
      at: 'network.prices.transit',
      says: 'is missing; add "transit": 2',
    },
    {
      of: 'a price as a text',
      prices: { transit: '2 USD' },
      at: 'network.prices.transit',
      says: 'is "2 USD", but must be a number; write 2, for instance',
    },
    {
      of: 'a price below 0',
      prices: { transit: -1 },
      at: 'network.prices.transit',
      says: 'is -1, but a price is 0 or more; set it to a number from 0 to 1000000000',
    },
    {
      of: 'an unknown field',
      prices: { transit: 2, intervall: 3 },
      at: '',
      says: 'there is no field "intervall" in network.prices; the nearest is "interval": write that, or remove the field',
    },
    {
      of: 'an exception for nobody',
      prices: { transit: 2, exceptions: [{ transit: 5 }] },
      at: 'network.prices.exceptions[0]',
      says: 'does not say for which AS; add "as": "AS1", or "between": ["AS1", "transit"]',
    },
    {
      of: 'an exception for an AS and a pair',
      prices: { transit: 2, exceptions: [{ as: 'AS1', between: ['AS1', 'AS2'], transit: 5 }] },
      at: 'network.prices.exceptions[0]',
      says: 'names an AS and a pair of AS; remove one of them',
    },
    {
      of: 'an exception without a price',
      prices: { transit: 2, exceptions: [{ as: 'AS1' }] },
      at: 'network.prices.exceptions[0]',
      says: 'has no price; add "transit": 5, or "peering": "free"',
    },
    {
      of: 'a pair of one',
      prices: { transit: 2, exceptions: [{ between: ['AS1'], transit: 5 }] },
      at: 'network.prices.exceptions[0].between',
      says: 'names 1 AS, but a price is that of a link between two; write ["AS1", "transit"]',
    },
    {
      of: 'a price without a relationship',
      prices: { transit: 2, exceptions: [{ between: ['AS1', 'AS2'], transit: 5 }] },
      at: 'network.prices.exceptions[0].transit',
      says: 'is a price for transit, which "AS1" and "AS2" do not have',
    },
    {
      of: 'a period that is no multiple of the interval',
      prices: { transit: 2, period: '7 min' },
      at: 'network.prices.period',
      says: 'is 1.4 intervals, which is not a whole number',
    },
    {
      of: 'an interval of nothing',
      prices: { transit: 2, interval: 0 },
      at: 'network.prices.interval',
      says: 'is 0, but no rate could be measured',
    },
  ])('are refused with $of', ({ prices, at, says }) => {
    const problem = problemOf(prices);
    expect(problem.name ?? '').toBe(at);
    expect(`${problem.problem}; ${problem.fix}`).toContain(says);
  });

  test('name their fields as the user does', () => {
    const config = withPrices({ transit: 2 }) as never;
    const paths = ['prices.peering.price', 'prices.exceptions[3].between[1]'].map((field) =>
      pathInConfig(field, config),
    );
    expect(paths).toEqual([
      ['network', 'prices', 'peering', 'price'],
      ['network', 'prices', 'exceptions', 3, 'between', 1],
    ]);
  });
});

function problemOf(prices: unknown) {
  try {
    resolveSwarm(withPrices(prices));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems[0]!;
    throw error;
  }
  throw new Error('the configuration is accepted');
}
