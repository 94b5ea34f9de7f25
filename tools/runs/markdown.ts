/** Pieces of a Markdown document. */

import { markdownTable } from 'markdown-table';

export function heading(level: number, text: string): string {
  return `${'#'.repeat(level)} ${text}`;
}

/** Those that say something, with an empty line between. */
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

/**
 * `text` with what stands between the marks of a section replaced by `body`:
 *
 *     <!-- habits: begin -->
 *     …
 *     <!-- habits: end -->
 *
 * @throws Error where the marks are missing
 */
export function withSection(text: string, name: string, body: string): string {
  const begin = `<!-- ${name}: begin -->`;
  const end = `<!-- ${name}: end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the text has no lines "${begin}" and "${end}"`);
  return `${text.slice(0, from)}${begin}\n\n${body.trim()}\n\n${text.slice(to)}`;
}
