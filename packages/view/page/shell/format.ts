/** Figures as text. */

const BITS_PER_MB = 8e6;

/** A number with so many digits that it can be compared: 3 if it is below 100. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 0.01 ? 2 : 4;
  return value.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 2),
    maximumFractionDigits: digits,
  });
}

/** A rate in kbit/s as a text in Mbit/s. */
export function rateText(kbps: number): string {
  return `${numberText(kbps / 1000)} Mbit/s`;
}

/** A number of bits as a text in MB. */
export function volumeText(bits: number): string {
  return `${numberText(bits / BITS_PER_MB)} MB`;
}

/** A share from 0 to 1 as a text in percent. */
export function shareText(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–';
}

/** What the second of two figures is, compared with the first: `+4, × 1.25`. */
export function changeText(first: number, second: number, text: (value: number) => string): string {
  if (!Number.isFinite(first) || !Number.isFinite(second)) return '–';
  const difference = second - first;
  if (difference === 0) return 'the same';
  const sign = difference > 0 ? '+' : '−';
  const ratio = first > 0 && second > 0 ? `, × ${numberText(second / first)}` : '';
  return `${sign}${text(Math.abs(difference))}${ratio}`;
}
