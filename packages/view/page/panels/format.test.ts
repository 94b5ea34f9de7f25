import { expect, test } from 'vitest';

import {
  formatDecimal,
  formatExactSeconds,
  formatInteger,
  formatMbps,
  formatMegabytes,
  formatSeconds,
  formatShare,
  pluralize,
} from './format.ts';

test.each([
  { rule: 'a MB is a million bytes', text: formatMegabytes(8e6), is: '1.00 MB' },
  { rule: 'no MB', text: formatMegabytes(0), is: '0.00 MB' },
  { rule: 'a few blocks are not nothing', text: formatMegabytes(131_072), is: '0.016 MB' },
  { rule: 'MB have a decimal', text: formatMegabytes(1_234_500_000), is: '154.3 MB' },
  { rule: 'MB have thousands separators', text: formatMegabytes(8e10), is: '10,000.0 MB' },
  { rule: 'a Mbit is a thousand kbit', text: formatMbps(1250), is: '1.25 Mbit/s' },
  { rule: 'no rate', text: formatMbps(0), is: '0.00 Mbit/s' },
  { rule: 'a second is a thousand ms', text: formatSeconds(1_234_560), is: '1,234.6 s' },
  { rule: 'a message has its ms', text: formatExactSeconds(2213), is: '2.213 s' },
  { rule: 'a message has parts of ms', text: formatExactSeconds(2210.5), is: '2.2105 s' },
  { rule: 'integers are rounded', text: formatInteger(12_344.6), is: '12,345' },
  { rule: 'a figure that there is not', text: formatDecimal(NaN, 2), is: '–' },
  { rule: 'decimals are filled up', text: formatDecimal(1.5, 2), is: '1.50' },
  { rule: 'one of a noun', text: pluralize(1, 'peer'), is: '1 peer' },
  { rule: 'none of a noun', text: pluralize(0, 'peer'), is: '0 peers' },
  { rule: 'many of a noun', text: pluralize(1000, 'peer'), is: '1,000 peers' },
  { rule: 'a share', text: formatShare(0.452), is: '45 %' },
  { rule: 'nothing', text: formatShare(0), is: '0 %' },
  { rule: 'almost nothing is not nothing', text: formatShare(0.001), is: '< 1 %' },
  { rule: 'almost all is not all', text: formatShare(0.9999), is: '> 99 %' },
  { rule: 'all', text: formatShare(1), is: '100 %' },
])('$rule', ({ text, is }) => {
  expect(text).toBe(is);
});
