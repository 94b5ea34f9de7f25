/**
 * A cost map: what traffic from one AS to another costs, as a provider states it (ALTO, RFC 7285,
 * section 11.2.3). Costs are numbers above 0 without a unit; only their ratios count.
 *
 *     from,to,cost
 *     64500,64501,1        # a peer
 *     64500,64502,10       # over transit
 *
 * A pair of AS that the map leaves out costs as much as the dearest pair in it.
 *
 * On the Internet AS are given by their numbers; in a simulated network they may have names.
 */

/** The cost of traffic from one AS to another. */
export interface CostRow<As = number> {
  /** The AS that pays. */
  readonly from: As;
  /** The AS to which it leads. */
  readonly to: As;
  /** The cost, above 0. */
  readonly cost: number;
}

/** A cost map as text has been read, or what is wrong with it, and in which line, from 1. */
export type CostMap<As = number> = CostRows<As> | CostMapMistake;

/** The rows of a cost map, and the line of each. */
export interface CostRows<As = number> {
  /** The rows, in their order. */
  readonly rows: readonly CostRow<As>[];
  /** The line of each in the file, from 1. */
  readonly lines: readonly number[];
}

interface CostMapMistake {
  readonly line: number;
  readonly problem: string;
  readonly fix: string;
}

const HEADER = 'from,to,cost';
/** As many as 2,000 AS have pairs. */
const ROWS_MAX = 4_000_000;
const AS_MAX = 2 ** 32 - 1;
/** The most characters of a name. */
const NAME_MAX = 100;
/** The most characters of a value that a message shows. */
const SHOWN_MAX = 40;

/**
 * Reads a cost map in CSV: the columns `from`, `to` and `cost`; `#` begins a comment. AS have
 * numbers, also written as in `AS64500`.
 */
export function parseCostMap(text: string): CostMap {
  return parseRows(text, numberOfAs);
}

/** The same for AS that have names or numbers, of which any may exist. */
export function parseCostMapOfNames(text: string): CostMap<string | number> {
  return parseRows(text, nameOfAs);
}

function parseRows<As>(text: string, asOf: (cell: string) => As | undefined): CostMap<As> {
  const rows: CostRow<As>[] = [];
  const lines: number[] = [];
  const lineOfPair = new Map<string, number>();
  let hasHeader = false;
  let line = 0;
  for (const content of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    line++;
    const fields = content.split('#', 1)[0]!.trim();
    if (fields === '') continue;
    const cells = fields.split(',').map((cell) => cell.trim());
    if (!hasHeader) {
      hasHeader = true;
      if (cells.join(',') === HEADER) continue;
      const problem = `begins with ${shown(fields)}, which is not the header of a cost map`;
      return { line, problem, fix: `begin with the line ${HEADER}` };
    }
    const row = rowOf(cells, asOf);
    if ('problem' in row) return { line, ...row };
    const pair = `${String(row.from)},${String(row.to)}`;
    const before = lineOfPair.get(pair);
    if (before !== undefined) {
      const problem = `states the cost from ${cells[0]} to ${cells[1]} again (line ${before})`;
      return { line, problem, fix: 'remove one of the two lines' };
    }
    lineOfPair.set(pair, line);
    rows.push(row);
    lines.push(line);
    if (rows.length > ROWS_MAX) {
      const problem = `is the line after ${ROWS_MAX.toLocaleString('en-US')} costs, too many`;
      return { line, problem, fix: 'leave out pairs that cost as much as the dearest' };
    }
  }
  if (rows.length > 0) return { rows, lines };
  const problem = hasHeader ? 'is the last one, and there are no costs' : 'is empty';
  return { line, problem, fix: `write a line for each pair of AS below ${HEADER}` };
}

function rowOf<As>(
  cells: readonly string[],
  asOf: (cell: string) => As | undefined,
): CostRow<As> | Pick<CostMapMistake, 'problem' | 'fix'> {
  if (cells.length !== 3) {
    const problem = `has ${cells.length} fields: ${shown(cells.join(','))}`;
    return { problem, fix: 'write two AS and a cost: 0,1,2.5' };
  }
  const [from, to] = [asOf(cells[0]!), asOf(cells[1]!)];
  if (from === undefined || to === undefined) {
    const cell = from === undefined ? cells[0]! : cells[1]!;
    return { problem: `has ${shown(cell)}, which is no AS`, fix: 'write its number: 64500' };
  }
  const cost = /^[+]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cells[2]!) ? Number(cells[2]) : NaN;
  if (Number.isFinite(cost) && (cost > 0 || (cost === 0 && from === to))) return { from, to, cost };
  const problem = `has the cost ${shown(cells[2]!)}, but a cost is a number above 0`;
  return { problem, fix: 'write a small number, such as 0.1, for what is nearly free' };
}

function numberOfAs(cell: string): number | undefined {
  if (!/^(AS)?\d{1,10}$/i.test(cell)) return undefined;
  const number = Number(cell.replace(/^AS/i, ''));
  return number <= AS_MAX ? number : undefined;
}

function nameOfAs(cell: string): string | number | undefined {
  if (/^\d+$/.test(cell) && String(Number(cell)) === cell) return Number(cell);
  return cell === '' || cell.length > NAME_MAX ? undefined : cell;
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}

/** Returns the costs of a map by AS. */
export function costsOf(rows: readonly CostRow[]): (from: number, to: number) => number {
  const costs = new Map<number, Map<number, number>>();
  let dearest = 0;
  for (const { from, to, cost } of rows) {
    const ofAs = costs.get(from) ?? new Map<number, number>();
    ofAs.set(to, cost);
    costs.set(from, ofAs);
    if (from !== to) dearest = Math.max(dearest, cost);
  }
  return (from, to) => costs.get(from)?.get(to) ?? (dearest || 1);
}
