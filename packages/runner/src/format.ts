/** Text for people: numbers with their units, and a warning that several commands print. */

import type { DamagedRun } from './campaign/store/store.ts';

/** `1 run`, `2 runs`, `1,000 runs`. */
export function pluralize(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `3 runs finished`, `3 runs finished, 2 by other processes`. */
export function finishedText(done: number, elsewhere: number): string {
  const others = elsewhere === 0 ? '' : `, ${formatInteger(elsewhere)} by other processes`;
  return `${pluralize(done, 'run')} finished${others}`;
}

/** A duration, rounded up: `80 s`, `12 min`, `1.5 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** A number rounded to an integer, with thousands separators: `12,345`. */
export function formatInteger(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** An amount of memory: `83 MB`, `1.5 GB`. */
export function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Simulated or wall time to a tenth of a second, `1,234.5 s`; `-` for undefined. */
export function formatSeconds(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${(ms / 1000).toLocaleString('en-US', digits)} s`;
}

/** The warning about a stored run that cannot be read, as a line. */
export function damagedRunWarning({ file, problem }: Omit<DamagedRun, 'key'>): string {
  return `warning: ${file} ${problem}: skipped; cachetorrent sweep repeats the run\n`;
}
