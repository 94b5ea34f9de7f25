/** Columns of the tables that compare results, each the mean of a figure over several runs. */

import { totalMessages, type RunDocument } from '@cachetorrent/runner';

import { seconds } from './markdown.ts';

export type Result = RunDocument['result'];

export interface ResultColumn {
  readonly title: string;
  /** Null if the run has no peer to measure the figure on. */
  readonly valueOf: (result: Result) => number | null;
  readonly format: (value: number) => string;
}

export const COLUMNS = {
  redundancy: column('redundancy', ({ redundancy }) => redundancy, twoDigits),
  interAsShare: column(
    'inter-AS traffic, %',
    ({ interAsShare }) => interAsShare,
    (share) => (share * 100).toFixed(1),
  ),
  traffic: column(
    'traffic',
    ({ traffic }) => traffic,
    (n) => n.toFixed(0),
  ),
  messages: column('messages, M', ({ messages }) => totalMessages(messages), millions),
  chokes: column('chokes, M', ({ messages }) => messages['choke'] ?? 0, millions),
  p50: column('50th, s', ({ completion }) => completion.p50Ms, seconds),
  p90: column('90th, s', ({ completion }) => completion.p90Ms, seconds),
  last: column('last, s', ({ durationMs }) => durationMs, seconds),
  leadersP50: column("leaders' 50th, s", ({ leaders }) => leaders.p50Ms, seconds),
  followersP50: column("followers' 50th, s", ({ followers }) => followers.p50Ms, seconds),
} satisfies Readonly<Record<string, ResultColumn>>;

function column(
  title: string,
  valueOf: ResultColumn['valueOf'],
  format: ResultColumn['format'],
): ResultColumn {
  return { title, valueOf, format: (value) => format(value) };
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}

function millions(count: number): string {
  return (count / 1e6).toFixed(2);
}
