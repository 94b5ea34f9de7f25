/** `bench profile`: the cost of one message, by component. */

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
    .description('Measures the cost of one message by component: one worker, sampled.')
    .addArgument(
      new Argument('[config]', 'configuration file').default(configFile('medium'), 'medium'),
    )
    .action((file: string, flags: Flags) => run(file, flags, environment));
}

async function run(file: string, flags: Flags, environment: BenchEnvironment): Promise<void> {
  environment.log('running with one worker');
  const profile = await profileRun([file, ...runArgsOf(flags)], environment.signal);
  const measurement = { table: profileTable(profile), document: profile };
  await deliver('profile', measurement, flags, environment);
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
  const counted = `${messages.toLocaleString('en')} messages, ${share} % of them \`have\`.`;
  return `${table(['component', 'ns per message', 'share'], rows, 'lrr')}\n\n${counted}`;
}
