import { expect, test } from 'vitest';

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

test.each([
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
