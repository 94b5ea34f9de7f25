/**
 * Simulated times as text, and back:
 *
 *     65 432 ms     01:05.4
 *     3 723 400 ms  1:02:03.4
 */

const TENTH_MS = 100;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A time in ms as `mm:ss.s`, or `h:mm:ss.s` from an hour on; rounded down. */
export function clockText(ms: number): string {
  const tenths = Math.floor((ms % SECOND_MS) / TENTH_MS);
  return `${secondsText(ms)}.${tenths}`;
}

/** A time in ms as `mm:ss`, or `h:mm:ss` from an hour on; rounded down. */
export function secondsText(ms: number): string {
  const hours = Math.floor(ms / HOUR_MS);
  const minutes = twoDigits(Math.floor((ms % HOUR_MS) / MINUTE_MS));
  const seconds = twoDigits(Math.floor((ms % MINUTE_MS) / SECOND_MS));
  return hours > 0 ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}`;
}

/**
 * The time in ms that a text says: `65.4`, `65.4 s`, `1:05.4` or `0:01:05.4`; undefined if it is
 * none of these.
 */
export function parseClock(text: string): number | undefined {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)\s*s?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Math.round(
    Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * SECOND_MS,
  );
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
