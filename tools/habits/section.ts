/** The section of `docs/model.md` that says what each habit is worth. */

import type { RunDocument } from '@cachetorrent/runner';

import { type Estimate, estimate } from '../runs/estimate.ts';
import { heading, paragraphs, table } from '../runs/markdown.ts';
import type { Switched } from './switches.ts';

type Result = RunDocument['result'];

export interface Row {
  readonly switched: Switched;
  /** By seed; the same seeds in every row. Undefined where a run is missing. */
  readonly results: readonly (Result | undefined)[];
}

export interface Comparison {
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly rows: readonly Row[];
}

interface Column {
  readonly title: string;
  readonly of: (result: Result) => number | null;
  readonly show: (value: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: '50th, s', of: ({ completion }) => completion.p50Ms, show: seconds },
  { title: '90th, s', of: ({ completion }) => completion.p90Ms, show: seconds },
  { title: 'redundancy', of: ({ redundancy }) => redundancy, show: (n) => n.toFixed(2) },
  { title: 'traffic', of: ({ traffic }) => traffic, show: (n) => n.toFixed(0) },
  { title: 'messages, M', of: (result) => messagesOf(result), show: millions },
  { title: 'chokes, M', of: ({ messages }) => messages['choke'] ?? 0, show: millions },
];

/** Each figure is a mean; in brackets, how far it is from that of the first row. */
export function sectionOf(introduction: string, comparisons: readonly Comparison[]): string {
  const titles = ['', ...COLUMNS.map(({ title }) => title)];
  return paragraphs(
    introduction,
    ...comparisons.flatMap(({ title, rows }) => [
      heading(3, title),
      table(
        titles,
        rows.map((row) => [
          row.switched.title,
          ...COLUMNS.map((column) => cell(column, row, rows[0]!)),
        ]),
        `l${'r'.repeat(COLUMNS.length)}`,
      ),
    ]),
  );
}

function cell({ of, show }: Column, row: Row, base: Row): string {
  const ours = row.results.map((result) => (result === undefined ? null : of(result)));
  const mean = estimate(ours.filter((value) => value !== null));
  if (mean === undefined) return '';
  if (row === base) return show(mean.mean);
  // Seed by seed: what two runs of one seed have in common then cancels out.
  const changes = base.results.flatMap((result, seed) => {
    const from = result === undefined ? null : of(result);
    const to = ours[seed];
    return from === null || from === 0 || typeof to !== 'number' ? [] : [(to - from) / from];
  });
  const change = estimate(changes);
  return change === undefined ? show(mean.mean) : `${show(mean.mean)} (${percent(change)})`;
}

function percent({ mean, halfWidth }: Estimate): string {
  const spread = halfWidth === undefined ? '' : ` ± ${(halfWidth * 100).toFixed(1)}`;
  return `${mean >= 0 ? '+' : ''}${(mean * 100).toFixed(1)}${spread} %`;
}

function messagesOf({ messages }: Result): number {
  return Object.values(messages).reduce((sum, count) => sum + count, 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}

function millions(count: number): string {
  return (count / 1e6).toFixed(2);
}
