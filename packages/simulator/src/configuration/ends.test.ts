/** `until` and `warmUp` in a configuration. */

import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { resolveSwarm } from './resolve.ts';

const HOUR_MS = 3_600_000;

/** A swarm whose peers leave sooner or later. */
function configWith(more: object): object {
  return {
    seeds: { leaves: { after: '5 h' } },
    classes: [{ name: 'peer', arrivals: { rate: '100/h' }, leaves: { after: '1 h' } }],
    file: { pieces: 8 },
    ...more,
  };
}

const endOf = (more: object): object => {
  const { horizonMs, endsOn, warmUpMs } = resolveSwarm(configWith(more)).swarm;
  return { horizonMs, endsOn, warmUpMs };
};

describe('a run', () => {
  test.each([
    { rule: 'ends at a time', more: { until: '10 h' }, is: { horizonMs: 10 * HOUR_MS } },
    {
      rule: 'ends at a time that is a field',
      more: { until: { time: '10 h' } },
      is: { horizonMs: 10 * HOUR_MS },
    },
    {
      rule: 'ends when all are complete, or at a time',
      more: { until: { time: '10 h', event: 'complete' } },
      is: { horizonMs: 10 * HOUR_MS, endsOn: { event: 'complete' } },
    },
    {
      rule: 'ends after a number of completions',
      more: { until: { time: '10 h', event: 'completions', count: 500 } },
      is: { horizonMs: 10 * HOUR_MS, endsOn: { event: 'completions', count: 500 } },
    },
    {
      rule: 'ends when it is empty',
      more: { until: { time: '10 h', event: 'empty' } },
      is: { horizonMs: 10 * HOUR_MS, endsOn: { event: 'empty' } },
    },
    {
      rule: 'ends when it dies',
      more: { until: { time: '10 h', event: 'died' } },
      is: { horizonMs: 10 * HOUR_MS, endsOn: { event: 'died' } },
    },
    {
      rule: 'ends when it is steady, for a twentieth of the time',
      more: { until: { time: '10 h', event: 'steady' } },
      is: { horizonMs: 10 * HOUR_MS, endsOn: { event: 'steady', windowMs: HOUR_MS / 2 } },
    },
    {
      rule: 'ends when it is steady, for a given time, after a warm-up',
      more: { until: { time: '10 h', event: 'steady', window: '1 h' }, warmUp: '2 h' },
      is: {
        horizonMs: 10 * HOUR_MS,
        endsOn: { event: 'steady', windowMs: HOUR_MS },
        warmUpMs: 2 * HOUR_MS,
      },
    },
    { rule: 'has no warm-up if that takes no time', more: { until: 5_000, warmUp: 0 }, is: {} },
  ])('$rule, and its complete configuration says the same', ({ more, is }) => {
    expect(endOf(more)).toMatchObject(is);
    const { swarm, config } = resolveSwarm(configWith(more));
    expect(resolveSwarm(config)).toEqual({ swarm, config });
    expect(JSON.parse(JSON.stringify(swarm))).toEqual(swarm);
  });
});

test.each([
  { more: { until: 'soon' }, at: 'until', problem: 'is "soon", which is not a time' },
  { more: { until: 0 }, at: 'until', problem: 'the run would end at its start' },
  { more: { until: { time: 0 } }, at: 'until.time', problem: 'the run would end at its start' },
  { more: { until: { event: 'steady' } }, at: 'until.time', problem: 'is missing' },
  {
    more: { until: { time: '10 h', event: 'dead' } },
    at: 'until.event',
    problem: 'is "dead", which is not a possible value',
  },
  {
    more: { until: { time: '10 h', event: 'completions' } },
    at: 'until',
    problem: 'says that completions end the run, but not how many',
  },
  {
    more: { until: { time: '10 h', event: 'completions', count: 0 } },
    at: 'until.count',
    problem: 'is 0, but a count is 1 or more',
  },
  {
    more: {
      until: { time: '10 h', event: 'completions', count: 31 },
      classes: [{ name: 'peer', arrivals: { at: '1 h', count: 30 } }],
    },
    at: 'until.count',
    problem: 'is 31, but only 30 leechers ever come',
  },
  {
    more: { until: { time: '10 h', event: 'empty', count: 5 } },
    at: 'until.count',
    problem: 'has no effect without the event "completions"',
  },
  {
    more: { until: { time: '10 h', event: 'empty', window: '1 h' } },
    at: 'until.window',
    problem: 'has no effect without the event "steady"',
  },
  {
    more: { until: { time: '10 h', event: 'empty' }, seeds: 1 },
    at: 'until.event',
    problem: 'is "empty", but peers of class "seed" never leave',
  },
  {
    more: {
      until: { time: '10 h', event: 'empty' },
      classes: [{ name: 'peer', arrivals: { rate: '100/h' } }],
    },
    at: 'until.event',
    problem: 'is "empty", but peers of class "peer" never leave',
  },
  {
    more: { until: { time: '10 h', event: 'died' }, seeds: { upload: '1 Mbit/s' } },
    at: 'until.event',
    problem: 'is "died", but peers of class "seed" never leave',
  },
  {
    more: { until: { time: '10 h', event: 'steady', window: '6 h' } },
    at: 'until.window',
    problem: 'is 21600 s, and two windows do not fit into the run',
  },
  {
    more: { until: { time: '10 h', event: 'steady', window: '5 h' }, warmUp: '1 h' },
    at: 'until.window',
    problem: 'is 18000 s, and two windows do not fit into the run',
  },
  {
    more: { until: { time: '10 h', event: 'steady', window: '9 s' } },
    at: 'until.window',
    problem: 'is 9 s, less than 10 allocation intervals',
  },
  {
    more: { until: { time: '1 min', event: 'steady' } },
    at: 'until.time',
    problem: 'is 3 s, less than 10 allocation intervals',
  },
  { more: { until: '10 h', warmUp: '10 h' }, at: 'warmUp', problem: 'when the run has ended' },
  { more: { until: '10 h', warmUp: -1 }, at: 'warmUp', problem: 'is -1, but a time is 0 or more' },
  {
    more: { until: 'complete', warmUp: '1 h', classes: [{ name: 'peer', count: 5 }] },
    at: 'warmUp',
    problem: 'has no effect on a run that ends when all are complete',
  },
])('refused: $at $problem', ({ more, at, problem }) => {
  const mistake = mistakeIn(configWith(more));
  expect(mistake.name).toBe(at);
  expect(mistake.problem).toContain(problem);
  expect(mistake.fix).not.toBe('');
});

function mistakeIn(config: object) {
  try {
    resolveSwarm(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems[0]!;
    throw error;
  }
  throw new Error('the configuration was not refused');
}
