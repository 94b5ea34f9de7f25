import { describe, expect, test } from 'vitest';

import { METRIC_NAMES, METRICS } from '../campaign/metrics.ts';
import { fieldNames } from '../configuration/parameters.ts';
import { formatNumber, formatValue, metricLabel, parameterLabel, valueName } from './labels.ts';

describe('a label', () => {
  test.each([
    ['redundancy', 'redundancy'],
    ['interAsShare', 'inter-AS traffic (%)'],
    ['durationMs', 'time until all peers have completed (s)'],
    ['p50Ms', 'median completion time (s)'],
    ['leadersP90Ms', '90th percentile of completion times of leaders (s)'],
    ['peerCount', 'number of leechers'],
  ] as const)('of the metric %s is "%s"', (name, label) => {
    expect(metricLabel(name)).toBe(label);
  });

  test.each([
    ['leaders', 'share of leaders (%)'],
    ['cache.leaders', 'share of leaders (%)'],
    ['seeds', 'number of seeds'],
    ['seeds.count', 'number of seeds'],
    ['seeds.upload', 'upload capacity of seeds (kbit/s)'],
    ['seeds[1].upload', 'upload capacity, seeds[1] (kbit/s)'],
    ['classes[0].count', 'number of peers, classes[0]'],
    ['faults[0].crash.leaders', 'share of leaders, faults[0].crash (%)'],
    ['meanGap', 'mean time between arrivals (ms)'],
    ['pieceSize', 'piece size (bytes)'],
    ['uploadSlots', 'upload slots'],
    ['protocol', 'protocol'],
    ['my_label', 'my_label'],
  ])('of the parameter %s is "%s"', (name, label) => {
    expect(parameterLabel(name)).toBe(label);
  });

  test.each(METRIC_NAMES)('of the metric %s consists of words', (name) => {
    for (const text of [METRICS[name].label, METRICS[name].quantity]) expectWords(text);
  });

  test.each(fieldNames())('of the field %s consists of words', (name) => {
    expectWords(parameterLabel(name).replace(/, \w+\[\d\]/, ''));
  });
});

/** Words are separated by spaces, not by capital letters. */
function expectWords(text: string): void {
  expect(text.replaceAll(/\bAS\b/g, '')).not.toMatch(/[a-z][A-Z]|\.|Ms\b/);
}

describe('a value', () => {
  test.each([
    { parameter: 'leaders', value: 30, name: 'leaders 30 %' },
    { parameter: 'seeds.upload', value: 2_000, name: 'seeds.upload 2,000 kbit/s' },
    { parameter: 'pieces', value: 100, name: 'pieces 100' },
    { parameter: 'latency', value: 'topology', name: 'topology' },
    { parameter: 'leaders', value: null, name: 'leaders not set' },
    { parameter: 'choker', value: 'random', name: 'random' },
    { parameter: 'seeds', value: { count: 2 }, name: 'seeds {"count":2}' },
  ])('of $parameter is called "$name"', ({ parameter, value, name }) => {
    expect(valueName(parameter, value)).toBe(name);
  });

  test('has thousands separators', () => {
    expect([formatNumber(1_234_567), formatNumber(0.25), formatValue(16_000)]).toEqual([
      '1,234,567',
      '0.25',
      '16,000',
    ]);
  });
});
