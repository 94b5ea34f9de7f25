import { expect, test } from 'vitest';

import { quotedIfNeeded, sqlNames } from './sql-names.ts';

const TABLES = ['runs', 'peers', 'traffic'];

test.each([
  { rule: 'write - as _', of: ['leaders-sweep'], are: ['leaders_sweep'] },
  { rule: 'prefer the one that is written like it', of: ['a-b', 'a_b'], are: ['"a-b"', 'a_b'] },
  {
    rule: 'differ in more than case',
    of: ['A-B', 'a-b', 'a_b', 'A_B'],
    are: ['A_B_3', '"a-b"', 'a_b', 'A_B_2'],
  },
  { rule: 'are not those of other tables', of: ['runs', 'Peers'], are: ['runs_2', 'Peers_2'] },
  { rule: 'are quoted where SQL needs it', of: ['order', '2018'], are: ['"order"', '"2018"'] },
  {
    rule: 'do not take a number that is a name',
    of: ['runs', 'runs_2'],
    are: ['runs_3', 'runs_2'],
  },
])('names of tables $rule', ({ of, are }) => {
  for (const experiments of [of, of.toReversed()]) {
    const names = sqlNames(experiments, TABLES);
    expect(of.map((name) => quotedIfNeeded(names.get(name)!))).toEqual(are);
  }
});
