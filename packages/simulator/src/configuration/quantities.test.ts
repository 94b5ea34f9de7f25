import { describe, expect, test } from 'vitest';

import { type QuantityKind, quantity, readQuantity } from './quantities.ts';

test.each<[QuantityKind, string | number, number]>([
  ['size', '256 KiB', 262_144],
  ['size', '1.5 GB', 1.5e9],
  ['size', '2MiB', 2_097_152],
  ['size', '196 bit', 24.5],
  ['size', '8 Mbit', 1e6],
  ['size', '10 bytes', 10],
  ['size', 4096, 4096],
  ['rate', '2 Mbit/s', 2_000],
  ['rate', '250 kB/s', 2_000],
  ['rate', '1 MiB/s', 8_388.608],
  ['rate', '100 Mbps', 100_000],
  ['rate', '500 bit/s', 0.5],
  ['rate', '0', 0],
  ['time', '10 s', 10_000],
  ['time', '1500 ms', 1_500],
  ['time', '2 h', 7_200_000],
  ['time', '0.5 min', 30_000],
  ['time', '1e3 ms', 1_000],
  ['time', '2 days', 172_800_000],
  ['time', '1 day', 86_400_000],
  ['arrivals', '100/h', 100],
  ['arrivals', '0.5/s', 1_800],
  ['arrivals', '3 / min', 180],
  ['arrivals', '48/d', 2],
  ['arrivals', '48 /day', 2],
  ['arrivals', 7, 7],
  ['percent', '30 %', 30],
  ['percent', '12.5%', 12.5],
  ['percent', 7, 7],
])('a %s of %j is %d', (kind, text, value) => {
  expect(quantity(kind, text)).toBeCloseTo(value, 9);
});

describe('refused', () => {
  test.each<[QuantityKind, string | number, string, string]>([
    [
      'size',
      'big',
      'is "big", which is not a size',
      'write 256 KiB, for instance, or a number of bytes',
    ],
    ['size', '', 'is "", which is not a size', 'write 256 KiB'],
    ['size', '256 mb', 'is "256 mb", but a size has no unit "mb"', 'write 256 '],
    ['rate', '2 MiB', 'is "2 MiB", but a rate has no unit "MiB"', 'write 2 MiB/s'],
    ['time', '5 sec', 'is "5 sec", but a time has no unit "sec"', 'write 5 s'],
    ['arrivals', '5/year', 'a rate of arrivals has no unit "/year"', 'write 5/day, for instance'],
    ['arrivals', '5 per hour', 'which is not a rate of arrivals', 'write 100/h'],
    ['time', 'ten s', 'is "ten s", which is not a time', 'write 10 s'],
    [
      'percent',
      '30 percent',
      'is "30 percent", but a percentage has no unit "percent"',
      'write 30 %',
    ],
    ['percent', Number.NaN, 'is NaN, which is not a percentage', 'write 30 %'],
    ['time', 'constructor', 'is "constructor", which is not a time', 'write 10 s'],
    [
      'time',
      '1 constructor',
      'is "1 constructor", but a time has no unit "constructor"',
      'write 1 ',
    ],
    ['size', `1 ${'x'.repeat(100)}`, '...", but a size has no unit', 'write 1 '],
  ])('a %s of %j', (kind, text, problem, fix) => {
    const reading = readQuantity(kind, text);
    if (!('problem' in reading)) throw new Error('it was read');
    expect(reading.problem).toContain(problem);
    expect(reading.fix).toContain(fix);
  });
});
