/** Writes a measurement to the terminal, into a file, and into a page. */

import { writeFile } from 'node:fs/promises';

import type { Command } from 'commander';

import type { Streams } from '../environment.ts';
import { checkPage, measuredOn, writeIntoPage } from '../page.ts';
import { resultHeading } from '../result-file.ts';

/** The values of the options of `withDestination`. */
export interface Destination {
  readonly out?: string;
  readonly page?: string;
  readonly json?: true;
}

export interface Measurement {
  readonly table: string;
  readonly document: object;
}

/** Adds the options; a page without a section is refused before anything is measured. */
export function withDestination(command: Command): Command {
  return command
    .option('--out <file>', 'write the result into a file, as JSON')
    .option('--page <file>', 'write the table into a page, between its comments')
    .option('--json', 'print the result as JSON instead of the table')
    .hook('preAction', async () => {
      const { page } = command.opts<Destination>();
      if (page !== undefined) await checkPage(page, command.name());
    });
}

/** `kind` is the name of the command. */
export async function deliver(
  kind: string,
  { table, document }: Measurement,
  { out, page, json }: Destination,
  { stdout }: Streams,
): Promise<void> {
  const shown = `${table}\n\n${measuredOn()}`;
  const text = `${JSON.stringify({ ...resultHeading(kind), ...document }, null, 2)}\n`;
  if (out !== undefined) await writeFile(out, text);
  stdout.write(json === true ? text : `${shown}\n`);
  if (page !== undefined) await writeIntoPage(page, kind, shown);
}
