/** `bench scaling`: how wall time grows with workers, peers, AS, latency and pieces. */

import { type Command, InvalidArgumentError } from 'commander';

import { count, names } from '../../runs/options.ts';
import type { BenchEnvironment } from '../environment.ts';
import { measuredOn } from '../page.ts';
import { redraw, scaling } from '../scaling/scaling.ts';

interface Flags {
  readonly runs: number;
  readonly only?: readonly string[];
  readonly out?: string;
  readonly draw?: string;
  readonly share: number;
}

export function addScaling(program: Command, { stdout, log, signal }: BenchEnvironment): void {
  program
    .command('scaling')
    .description('Measures how wall time grows with workers, peers, AS, latency and pieces.')
    .option('--runs <n>', 'number of runs of each point', count, 3)
    .option('--only <sweeps>', 'some of workers,swarm-size,systems,latency,pieces', names)
    .option('--out <folder>', 'write a JSON file and a plot of each sweep')
    .option('--draw <folder>', 'measure nothing, but draw the plots of its JSON files again')
    .option('--share <x>', 'share of the 1,000 pieces, for a trial', share, 1)
    .action(async ({ draw, ...flags }: Flags) => {
      if (draw !== undefined) {
        const plots = await redraw(draw, flags.only);
        return void stdout.write(`${plots.join(', ')} are drawn again\n`);
      }
      const text = await scaling({ ...flags, signal, log });
      stdout.write(`${text}\n${measuredOn()}\n`);
    });
}

function share(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 10) return number;
  throw new InvalidArgumentError('Write a number above 0, up to 10.');
}
