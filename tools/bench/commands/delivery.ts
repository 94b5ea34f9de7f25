/** Where what was measured goes: to the terminal, into a file, and into a page. */

import { writeFile } from 'node:fs/promises';

import type { Command } from 'commander';

import { checkPage, measuredOn, writeIntoPage } from '../page.ts';
import { heading } from '../result-file.ts';
import type { Streams } from '../surroundings.ts';

/** What the options of `withDestination` say. */
export interface Destination {
  readonly out?: string;
  readonly page?: string;
  readonly json?: true;
}

export interface Measured {
  readonly table: string;
  readonly document: object;
}

/** Adds the options, and refuses a page without a place before anything is measured. */
export function withDestination(command: Command): Command {
  return command
    .option('--out <file>', 'writes the result there, as JSON')
    .option('--page <file>', 'writes the table into a page, between its two comments')
    .option('--json', 'prints the result instead of the table')
    .hook('preAction', async () => {
      const { page } = command.opts<Destination>();
      if (page !== undefined) await checkPage(page, command.name());
    });
}

/** Prints a table, or the document instead; `kind` is the name of the command. */
export async function deliver(
  kind: string,
  { table, document }: Measured,
  { out, page, json }: Destination,
  { stdout }: Streams,
): Promise<void> {
  const shown = `${table}\n\n${measuredOn()}`;
  const text = `${JSON.stringify({ ...heading(kind), ...document }, null, 2)}\n`;
  if (out !== undefined) await writeFile(out, text);
  stdout.write(json === true ? text : `${shown}\n`);
  if (page !== undefined) await writeIntoPage(page, kind, shown);
}
