import { describe, expect, test } from 'vitest';

import { BORDERS, RESULT } from '../../test/test-environment.ts';
import { METRICS, type MetricName } from '../campaign/metrics.ts';
import type { RunRecord } from '../campaign/store/record.ts';
import { bordersCsv, bordersDocument, type BordersDocument, bordersIntervalMs } from './borders.ts';

test('borders.csv has a row for each interval, link and direction with traffic', () => {
  expect(bordersCsv(BORDERS)).toBe(
    [
      'fromMs,toMs,from,to,bytes',
      '60000,360000,AS0,"big, ""AS""",2',
      '60000,360000,"big, ""AS""",AS1,2',
      '60000,360000,AS0,AS1,5',
      '360000,660000,AS0,"big, ""AS""",1',
      '360000,660000,"big, ""AS""",AS1,1',
      '360000,660000,AS1,AS0,1',
      '',
    ].join('\n'),
  );
});

test('run.json has all but the traffic of each interval', () => {
  const { bits: _, ...document } = BORDERS;
  expect(bordersDocument({ ...RESULT, borders: BORDERS })).toEqual({ borders: document });
  expect(bordersDocument(RESULT)).toEqual({});
});

test('intervals are five minutes, but no more than ten thousand', () => {
  const ofRun = (horizonMs?: number) =>
    bordersIntervalMs((horizonMs === undefined ? {} : { horizonMs }) as never);
  const fiveMin = 300_000;
  expect([ofRun(), ofRun(1), ofRun(1e4 * fiveMin), ofRun(1e4 * fiveMin + 1)]).toEqual([
    fiveMin,
    fiveMin,
    fiveMin,
    2 * fiveMin,
  ]);
});

describe('the metric', () => {
  const { bits: _, currency: __, ...unpriced } = BORDERS;
  const of = (name: MetricName, borders?: BordersDocument) =>
    METRICS[name].compute({ borders } as unknown as RunRecord['result']);

  test.each([
    { name: 'transitBill', value: 10, withoutPrices: null },
    { name: 'peeringBill', value: 0.25, withoutPrices: null },
    { name: 'billedTransitMbps', value: 5, withoutPrices: 5 },
    { name: 'transitBytes', value: 6, withoutPrices: 6 },
    { name: 'peeringBytes', value: 6, withoutPrices: 6 },
    { name: 'byteHops', value: 12, withoutPrices: 12 },
  ] as const)('$name adds up links, if they are metered', ({ name, value, withoutPrices }) => {
    expect(of(name, BORDERS)).toBe(value);
    expect(of(name, unpriced)).toBe(withoutPrices);
    expect(of(name)).toBe(null);
  });
});
