/** What two runs differ in: their configurations and seeds, field by field. */

import type { RecordingHeader } from '@cachetorrent/recording';
import diff from 'microdiff';

/** A field in which two runs differ. */
export interface FieldDifference {
  /** Its path in the configuration, such as `client.uploadSlots`. */
  readonly path: string;
  /** Its values in the first and in the second run, as texts. */
  readonly first: string;
  readonly second: string;
}

/** The most characters of a value. */
const LENGTH_MAX = 80;

/** The fields in which two runs differ, in the order of the configuration. */
export function differencesOf(
  first: Pick<RecordingHeader, 'configuration' | 'seed'>,
  second: Pick<RecordingHeader, 'configuration' | 'seed'>,
): readonly FieldDifference[] {
  const [one, other] = [first, second].map(({ configuration, seed }) => ({
    ...(isObject(configuration) ? configuration : { configuration }),
    seed,
  }));
  return diff(one!, other!).map((difference) => ({
    path: pathText(difference.path),
    first: valueText('oldValue' in difference ? difference.oldValue : undefined),
    second: valueText('value' in difference ? difference.value : undefined),
  }));
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

function valueText(value: unknown): string {
  const text = wholeValueText(value);
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text;
}

function wholeValueText(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map(wholeValueText).join(', ');
  if (typeof value === 'string') return value;
  if (!isObject(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(
      ([key, each]) =>
        `${key} ${isObject(each) ? `(${wholeValueText(each)})` : wholeValueText(each)}`,
    )
    .join(', ');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
