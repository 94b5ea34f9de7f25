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
