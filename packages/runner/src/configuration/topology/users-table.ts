/**
 * Reads a table of the users of each AS: CSV with a column for the AS and one for the users, among
 * others. APNIC publishes estimates in this form:
 *
 *     Rank,AS,AS Name,CC,Users (est.),% of country,% of Internet,Samples
 *     1,AS64500,EXAMPLE-NET,ZZ,1200000,40.1,0.03,120000
 */

import { show } from '@cachetorrent/simulator/configuration';

import { UserError, type UserProblem } from '../../user-error.ts';
import { parseCsv, shownProblems } from '../csv-file.ts';

export type UsersRow = readonly [as: string, users: number];

/** The names that the two columns may have, in lower case. */
const AS_COLUMNS = ['as', 'asn', 'as number', 'autonomous system'];
const USERS_COLUMNS = ['users', 'users (est.)', 'estimated users'];

/** @throws UserError naming the line and column of each mistake, at most ten */
export function parseUsersTable(file: string, text: string): UsersRow[] {
  const { records, at } = parseCsv(file, text);
  const [header, ...rows] = records;
  if (header === undefined) {
    throw new UserError({ at: file, problem: 'is empty', fix: 'begin with a line: as,users' });
  }
  const columns = header.cells.map((name) => name.toLowerCase());
  const columnOf = (known: readonly string[]): number => {
    const column = columns.findIndex((name) => known.includes(name));
    if (column !== -1) return column;
    const problem = `has none of the columns ${known.map(show).join(', ')}`;
    const fix = 'begin with a line that names the columns: as,users';
    throw new UserError({ at: at(header.line, 0), problem, fix });
  };
  const [as, users] = [columnOf(AS_COLUMNS), columnOf(USERS_COLUMNS)];
  const problems: UserProblem[] = [];
  const known = new Set<string>();
  const read = rows.map(({ cells, line }): UsersRow => {
    const name = cells[as] ?? '';
    const count = Number((cells[users] ?? '').replaceAll(',', '') || Number.NaN);
    const report = (index: number, problem: string, fix: string): void => {
      problems.push({ at: at(line, index), problem, fix });
    };
    const folded = name.toLowerCase().replace(/^as(?=\d)/, '');
    if (name === '') report(as, 'names no AS', 'name one, or remove the row');
    else if (known.has(folded)) report(as, `names ${show(name)} again`, 'remove one of the rows');
    else if (!(count >= 0 && Number.isFinite(count))) {
      report(users, `is ${show(cells[users] ?? '')}`, 'write a number of users, 0 or more');
    }
    known.add(folded);
    return [name, count];
  });
  if (problems.length > 0) throw new UserError(...shownProblems(problems));
  return read;
}
