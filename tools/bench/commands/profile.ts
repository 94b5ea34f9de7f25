/** `bench profile`: the cost of a message, by component, and of a piece, by kind of message. */

import { Argument, type Command } from 'commander';

import { configFile } from '../../files.ts';
import { table } from '../../runs/markdown.ts';
import type { BenchEnvironment } from '../environment.ts';
import { type Profile, profileRun } from '../profile/profile.ts';
import { deliver, type Destination, withDestination } from './delivery.ts';
import { type ProtocolFlags, runArgsOf, withProtocol } from './swarm-options.ts';

type Flags = Destination & ProtocolFlags;

export function addProfile(program: Command, environment: BenchEnvironment): void {
  withProtocol(withDestination(program.command('profile')))
    .description('Measures what messages and pieces cost: one worker, sampled.')
    .addArgument(
      new Argument('[config]', 'configuration file').default(configFile('medium'), 'medium'),
    )
    .action((file: string, flags: Flags) => run(file, flags, environment));
}

async function run(file: string, flags: Flags, environment: BenchEnvironment): Promise<void> {
  environment.log('running with one worker');
  const profile = await profileRun([file, ...runArgsOf(flags)], environment.signal);
  const tables = `${componentTable(profile)}\n\n${kindTable(profile)}`;
  const measurement = { table: tables, document: profile };
  await deliver('profile', measurement, flags, environment);
}

function componentTable({ costs, messages, haves }: Profile): string {
  const totalMs = costs.reduce((sum, { ms }) => sum + ms, 0);
  const rows = costs.map(({ what, ms, nsPerMessage }) => [
    what,
    nsPerMessage.toFixed(1),
    `${((100 * ms) / totalMs).toFixed(0)} %`,
  ]);
  rows.push(['all', ((totalMs * 1e6) / messages).toFixed(1), '100 %']);
  const share = ((100 * haves) / messages).toFixed(0);
  const counted = `${messages.toLocaleString('en')} messages, ${share} % of them \`have\`.`;
  return `${table(['component', 'ns per message', 'share'], rows, 'lrr')}\n\n${counted}`;
}

function kindTable({ kinds, pieces }: Profile): string {
  const totalMs = kinds.reduce((sum, { ms }) => sum + ms, 0);
  const rows = kinds.map(({ what, ms, messages }) => [
    messages === undefined ? what : `\`${what}\``,
    messages === undefined ? '' : (messages / pieces).toFixed(2),
    messages === undefined ? '' : ((ms * 1e6) / messages).toFixed(0),
    ((ms * 1e3) / pieces).toFixed(2),
    `${((100 * ms) / totalMs).toFixed(0)} %`,
  ]);
  rows.push(['all', '', '', ((totalMs * 1e3) / pieces).toFixed(2), '100 %']);
  const columns = ['message', 'messages per piece', 'ns per message', 'µs per piece', 'share'];
  const counted = `${Math.round(pieces).toLocaleString('en')} pieces downloaded.`;
  return `${table(columns, rows, 'lrrrr')}\n\n${counted}`;
}
