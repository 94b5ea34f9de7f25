/** Writes the table of a measurement into a page, between two comments (`withSection`). */

import { readFile, writeFile } from 'node:fs/promises';

import { UserError } from '@cachetorrent/runner';

import { withSection } from '../runs/markdown.ts';
import { describeMachine, loadWarning, thisMachine } from './machine.ts';

/** @throws UserError if the page has no section for the table of `kind` */
export async function checkPage(path: string, kind: string): Promise<void> {
  await changedPage(path, kind, '');
}

/** @throws UserError if the page has no section for the table of `kind` */
export async function writeIntoPage(path: string, kind: string, text: string): Promise<void> {
  await writeFile(path, await changedPage(path, kind, text));
}

async function changedPage(path: string, kind: string, text: string): Promise<string> {
  let page: string;
  try {
    page = await readFile(path, 'utf8');
  } catch {
    const fix = 'name a Markdown page with a section for the table';
    throw new UserError({ at: path, problem: 'there is no such file', fix });
  }
  try {
    return withSection(page, `bench ${kind}`, text);
  } catch (error) {
    const { message: problem } = error as Error;
    throw new UserError({ at: path, problem, fix: 'add these two lines where the table goes' });
  }
}

/** The line below a table that says on which machine it was measured. */
export function measuredOn(): string {
  const warning = loadWarning();
  const machine = describeMachine(thisMachine());
  return `Measured on ${machine}${warning === undefined ? '' : `; ${warning}`}.`;
}
