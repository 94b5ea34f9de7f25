import { describe, expect, test } from 'vitest';

import { costsOf, parseCostMap } from './cost-map.ts';

describe('a cost map', () => {
  test('has rows of two AS and a cost, with comments, blank lines and any line ends', () => {
    const text = '\uFEFF# costs\nfrom, to, cost\r\n0,1,2.5 # peering\n\nAS64500,as1,1e3\r0,0,0\n';
    expect(parseCostMap(text)).toEqual({
      rows: [
        { from: 0, to: 1, cost: 2.5 },
        { from: 64500, to: 1, cost: 1000 },
        { from: 0, to: 0, cost: 0 },
      ],
      lines: [3, 5, 6],
    });
  });

  test.each([
    { text: '', line: 1, problem: 'is empty' },
    { text: 'from,to,cost\n', line: 2, problem: 'there are no costs' },
    { text: '0,1,2\n', line: 1, problem: 'not the header' },
    { text: 'from,to,cost\n0,1\n', line: 2, problem: 'has 2 fields' },
    { text: 'from,to,cost\n0,1,2,3\n', line: 2, problem: 'has 4 fields' },
    { text: 'from,to,cost\n0,x,2\n', line: 2, problem: 'has "x", which is no AS' },
    { text: 'from,to,cost\n-1,1,2\n', line: 2, problem: 'has "-1", which is no AS' },
    { text: 'from,to,cost\n0,4294967296,2\n', line: 2, problem: 'which is no AS' },
    { text: 'from,to,cost\n0,1,0\n', line: 2, problem: 'a cost is a number above 0' },
    { text: 'from,to,cost\n0,1,-1\n', line: 2, problem: 'has the cost "-1"' },
    { text: 'from,to,cost\n0,1,NaN\n', line: 2, problem: 'has the cost "NaN"' },
    { text: 'from,to,cost\n0,1,1e999\n', line: 2, problem: 'has the cost "1e999"' },
    { text: 'from,to,cost\n0,1,Infinity\n', line: 2, problem: 'has the cost "Infinity"' },
    { text: 'from,to,cost\n0,1,"2"\n', line: 2, problem: 'has the cost' },
    { text: 'from,to,cost\n0,1,2\n1,0,2\nAS0,1,3\n', line: 4, problem: 'again (line 2)' },
    { text: '\u0000\u0001\u0002', line: 1, problem: 'not the header' },
    { text: `from,to,cost\n${'9'.repeat(500)},1,2\n`, line: 2, problem: '…' },
  ])('is refused with its line: $problem', ({ text, line, problem }) => {
    const read = parseCostMap(text) as { line: number; problem: string; fix: string };
    expect(read).toMatchObject({ line, problem: expect.stringContaining(problem) as string });
    expect(read.fix.length).toBeGreaterThan(10);
    expect(read.problem.length).toBeLessThan(150);
  });

  test('states a cost for each direction; what it leaves out costs as much as the dearest', () => {
    const cost = costsOf([
      { from: 0, to: 1, cost: 2 },
      { from: 1, to: 0, cost: 5 },
      { from: 3, to: 3, cost: 99 },
    ]);
    expect([cost(0, 1), cost(1, 0), cost(0, 2), cost(7, 8)]).toEqual([2, 5, 5, 5]);
    expect(costsOf([])(0, 1)).toBe(1);
  });
});
