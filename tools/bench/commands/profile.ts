/** `bench profile`: what one message costs, part by part. */

import type { Command } from 'commander';

import { configFile } from '../../runs/configs.ts';
import { table } from '../../runs/markdown.ts';
import { count } from '../../runs/options.ts';
import { type Profile, profileRun } from '../profile/profile.ts';
import type { BenchEnvironment } from '../surroundings.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';

interface Flags extends Destination {
  readonly pieces?: number;
  readonly leaders?: string;
  readonly rules: string;
}

export function addProfile(program: Command, surroundings: BenchEnvironment): void {
  withDestination(program.command('profile'))
    .description('Says what one message costs, part by part: one worker, sampled.')
    .argument('[config]', 'a configuration file', configFile('medium'))
    .option('--pieces <n>', 'with so many pieces, for a trial', count)
    .option('--leaders <percent>', 'with leaders')
    .option('--rules <rules>', "client's or original's", 'client')
    .action((file: string, flags: Flags) => run(file, flags, surroundings));
}

async function run(file: string, flags: Flags, surroundings: BenchEnvironment): Promise<void> {
  const { pieces, leaders, rules } = flags;
  surroundings.tell('running on one worker');
  const args = [file, '--rules', rules];
  if (pieces !== undefined) args.push('--pieces', String(pieces));
  if (leaders !== undefined) args.push('--leaders', leaders);
  const profile = await profileRun(args, surroundings.signal);
  const measured = { table: profileTable(profile), document: profile };
  await deliver('profile', measured, flags, surroundings);
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
