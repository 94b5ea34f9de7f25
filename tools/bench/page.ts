/**
 * Writes a table into a page that people read: between two comments that name the measurement.
 *
 *     <!-- bench micro -->
 *     … replaced …
 *     <!-- end -->
 */

import { readFile, writeFile } from 'node:fs/promises';

import { UserError } from '@cachetorrent/runner';

import { busyElsewhere, describe, thisMachine } from './machine.ts';

/** @throws UserError where the page has no place for the table of `kind` */
export async function checkPage(path: string, kind: string): Promise<void> {
  placeIn(await pageOf(path), path, kind);
}

/** @throws UserError where the page has no place for it */
export async function writeIntoPage(path: string, kind: string, text: string): Promise<void> {
  const page = await pageOf(path);
  const { from, to } = placeIn(page, path, kind);
  await writeFile(path, `${page.slice(0, from)}\n${text.trim()}\n\n${page.slice(to)}`);
}

/** Between which characters the table goes. */
function placeIn(page: string, path: string, kind: string): { from: number; to: number } {
  const begin = `<!-- bench ${kind} -->\n`;
  const end = '<!-- end -->';
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from);
  if (from < begin.length || to < 0) {
    const problem = `has no place for this: no lines "${begin.trim()}" and "${end}"`;
    throw new UserError({ at: path, problem, fix: 'write these two lines where the table goes' });
  }
  return { from, to };
}

/** One line for below a table: on what it was measured. */
export function measuredOn(): string {
  const note = busyElsewhere();
  return `Measured on ${describe(thisMachine())}${note === undefined ? '' : `; ${note}`}.`;
}

async function pageOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    const fix = 'name a Markdown page with a place for the table';
    throw new UserError({ at: path, problem: 'there is no such file', fix });
  }
}
