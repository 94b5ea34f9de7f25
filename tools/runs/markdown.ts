/** Parts of a Markdown document. */

import { markdownTable } from 'markdown-table';

export function heading(level: number, text: string): string {
  return `${'#'.repeat(level)} ${text}`;
}

/** Joins the parts that are not empty, with an empty line between them. */
export function paragraphs(...parts: readonly string[]): string {
  const texts = parts.map((part) => part.trim()).filter((part) => part !== '');
  return `${texts.join('\n\n')}\n`;
}

/** `align` has a letter for each column: `l` for left, `r` for right. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  align: string,
): string {
  return markdownTable([titles, ...rows], { align: [...align] });
}

/** A time in ms as seconds, without the unit. */
export function seconds(ms: number, digits = 0): string {
  return (ms / 1000).toFixed(digits);
}

/** A share from 0 to 1 as a percentage with its sign, such as `+2.5 %`. */
export function signedPercent(share: number): string {
  return `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`;
}

/**
 * Returns `text` with the section between two comments replaced by `body`:
 *
 *     <!-- quirks -->
 *     …
 *     <!-- end -->
 *
 * @throws Error if a comment is missing
 */
export function withSection(text: string, name: string, body: string): string {
  const begin = `<!-- ${name} -->\n`;
  const end = '<!-- end -->';
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  if (from < begin.length || to < 0) {
    throw new Error(`has no lines "${begin.trim()}" and "${end}"`);
  }
  return `${text.slice(0, from)}\n${body.trim()}\n\n${text.slice(to)}`;
}
