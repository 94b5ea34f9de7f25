/** `bench profile`: what one message costs, part by part. */

import type { Command } from 'commander';

import { configFile } from '../../runs/configs.ts';
import { table } from '../../runs/markdown.ts';
import { measuredOn, writeIntoPage } from '../page.ts';
import { type Profile, profileRun } from '../profile/profile.ts';
import { heading } from '../result-file.ts';
import type { Surroundings } from '../surroundings.ts';
import { count } from './options.ts';

interface Flags {
  readonly pieces?: number;
  readonly leaders?: string;
  readonly rules: string;
  readonly out?: string;
  readonly page?: string;
  readonly json?: true;
}

export function addProfile(program: Command, { signal, tell, deliver }: Surroundings): void {
  program
    .command('profile')
    .description('Says what one message costs, part by part: one worker, sampled.')
    .argument('[config]', 'a configuration file', configFile('medium'))
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .option('--leaders <percent>', 'with leaders')
    .option('--rules <rules>', "client's or original's", 'client')
    .option('--out <file>', 'writes the result there, as JSON')
    .option('--page <file>', 'writes the table into a page, between its two comments')
    .option('--json', 'prints the result instead of the table')
    .action(async (file: string, { pieces, leaders, rules, page, ...rest }: Flags) => {
      tell('running on one worker');
      const args = [file, '--rules', rules];
      if (pieces !== undefined) args.push('--pieces', String(pieces));
      if (leaders !== undefined) args.push('--leaders', leaders);
      const profile = await profileRun(args, signal);
      const text = `${profileTable(profile)}\n\n${measuredOn()}`;
      await deliver({ table: text, document: { ...heading('profile'), ...profile }, ...rest });
      if (page !== undefined) await writeIntoPage(page, 'profile', text);
    });
}

function profileTable({ costs, messages, haves }: Profile): string {
  const totalMs = costs.reduce((sum, { ms }) => sum + ms, 0);
  const rows = costs.map(({ what, ms, nsPerMessage }) => [
    what,
    nsPerMessage.toFixed(1),
    `${((100 * ms) / totalMs).toFixed(0)} %`,
  ]);
  rows.push(['all', ((totalMs * 1e6) / messages).toFixed(1), '100 %']);
  const share = ((100 * haves) / messages).toFixed(0);
  const counted = `${messages.toLocaleString('en')} messages, ${share} % of them a \`have\`.`;
  return `${table(['part', 'ns a message', 'share'], rows, 'lrr')}\n\n${counted}`;
}
