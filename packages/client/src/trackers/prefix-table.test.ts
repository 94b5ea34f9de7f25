import { describe, expect, test } from 'vitest';

import { PrefixTable } from './prefix-table.ts';

const table = PrefixTable.parse(
  `
# Two providers, and a customer of the first one.
10.0.0.0/8     64512
10.1.0.0/16    AS64513   # the longer prefix counts
10.1.2.3/32    64514
2001:db8::/32  64515
0.0.0.0/0      64516
`,
  'table',
);

test.each([
  ['10.0.0.1', 64512],
  ['10.255.0.1', 64512],
  ['10.1.0.1', 64513],
  ['10.1.2.3', 64514],
  ['2001:db8::1', 64515],
  ['2001:db9::1', undefined],
  ['192.0.2.1', 64516],
  ['::ffff:10.1.0.1', 64513],
  ['localhost', undefined],
  ['', undefined],
])('%s is in AS %s', (host, asn) => {
  expect(table.asnOf(host)).toBe(asn);
});

describe('a file of CAIDA', () => {
  const caida = PrefixTable.parse(
    [
      '1.0.0.0\t24\t13335',
      '1.0.4.0\t22\t38803_56203',
      '1.0.5.0\t24\t64496,64497',
      '1.0.6.0\t24\t64498_64499,64500',
      '1.0.7.0\t24\t{64501,64502}\r',
      '2001:200::\t32\t2500_7660',
      '255.0.0.0\t8\t4294967295',
      '',
    ].join('\n'),
    'routeviews.pfx2as',
  );
  test.each([
    ['1.0.0.9', 13_335],
    ['1.0.4.1', 38_803],
    ['1.0.5.1', 64_496],
    ['1.0.6.1', 64_498],
    ['1.0.7.1', 64_501],
    ['2001:200::7', 2_500],
    ['255.1.2.3', 4_294_967_295],
    ['1.0.8.1', undefined],
  ])('has %s in AS %s, the first of several', (host, asn) => {
    expect(caida.asnOf(host)).toBe(asn);
  });
});

test('a line that is too long to be read is cut', () => {
  expect(() => PrefixTable.parse('x'.repeat(1e6), 'table')).toThrow(/^.{1,200}\n.{1,200}$/);
});

test.each([
  ['10.0.0.0 8 1 2', 1],
  ['10.0.0.0/8 8 1', 1],
  ['10.0.0.0/8 1_', 1],
  ['10.0.0.0/8 1__2', 1],
  ['10.0.0.0/8 1_x', 1],
  ['10.0.0.0/8 1_4294967296', 1],
  ['10.0.0.0\t8', 1],
  ['2001:db8::1', 1],
  ['10.0.0.0/33 1', 1],
  ['10.0.0/8 1', 1],
  ['10.0.0.0/8', 1],
  ['10.0.0.0/8 x', 1],
  ['10.0.0.0/8 4294967296', 1],
  ['10.0.0.0 1', 1],
  ['\n\n10.0.0.0/8 1 2', 3],
  ['2001:db8::/129 1', 1],
])('"%s" is refused, with the number of its line', (text, line) => {
  expect(() => PrefixTable.parse(text, 'prefixes.txt')).toThrow(`prefixes.txt, line ${line}:`);
});
