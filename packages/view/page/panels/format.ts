/** Figures as text: decimal units, and thousands separators, as everywhere in this project. */

const INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const DECIMALS = [1, 2].map(
  (digits) =>
    new Intl.NumberFormat('en-US', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
);
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });
const EXACT = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 3,
  maximumFractionDigits: 6,
});

/** What stands for a figure that there is not. */
export const NONE = '–';

/** A number rounded to an integer: `12,345`. */
export function formatInteger(value: number): string {
  return INTEGER.format(value);
}

/** A number with one or two decimals, `1,234.5`; a dash if it is NaN. */
export function formatDecimal(value: number, digits: 1 | 2): string {
  return Number.isNaN(value) ? NONE : DECIMALS[digits - 1]!.format(value);
}

/** `1 peer`, `2 peers`, `1,000 peers`. */
export function pluralize(count: number, noun: string): string {
  return `${formatInteger(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Bits in MB of a million bytes, without the unit: `12.5`, `3.25`, `0.0016`. */
export function megabytes(bits: number): string {
  const value = bits / 8e6;
  if (value > 0 && value < 0.1) return SMALL.format(value);
  return formatDecimal(value, value < 10 ? 2 : 1);
}

/** Bits in MB of a million bytes: `12.5 MB`. */
export function formatMegabytes(bits: number): string {
  return `${megabytes(bits)} MB`;
}

/** A rate in kbit/s as Mbit/s, without the unit: `1.25`. */
export function mbps(kbps: number): string {
  return formatDecimal(kbps / 1000, 2);
}

/** A rate in kbit/s as Mbit/s: `1.25 Mbit/s`. */
export function formatMbps(kbps: number): string {
  return `${mbps(kbps)} Mbit/s`;
}

/** A time in ms as seconds, to a tenth: `1,234.5 s`. */
export function formatSeconds(ms: number): string {
  return `${formatDecimal(ms / 1000, 1)} s`;
}

/** The time of a message, in ms, as seconds: `2.2105 s`. */
export function formatExactSeconds(ms: number): string {
  return `${EXACT.format(ms / 1000)} s`;
}

/**
 * A share from 0 to 1 in percent: `45 %`. It is 100 % only for all, and 0 % only for nothing:
 * `> 99 %`, `< 1 %`.
 */
export function formatShare(share: number): string {
  const percent = Math.round(100 * share);
  if (percent === 0 && share > 0) return '< 1 %';
  if (percent === 100 && share < 1) return '> 99 %';
  return `${percent} %`;
}
