/** Names of AS from files of strangers. */

const LENGTH_MAX = 60;

/** A name in one line, without what a terminal obeys, and not longer than a table can show. */
export function plainName(name: string): string {
  return name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, LENGTH_MAX);
}
