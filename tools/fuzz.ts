/**
 * Fuzzes the wire, and the files and options of the command: `npm run fuzz -- [minutes] [seed]`.
 *
 * Checks the properties of the tests (`packages/protocol/test/wire/properties.ts`,
 * `packages/runner/test/fuzz/properties.ts`) in turn, with a new seed each time, until the time is
 * up. A failure prints the seed and the smallest case.
 */

import { Command, InvalidArgumentError } from 'commander';

import { falsify as falsifyWire } from '../packages/protocol/test/wire/properties.ts';
import { falsify as falsifyFiles } from '../packages/runner/test/fuzz/properties.ts';

const WIRE_RUNS = 2_000;
/** Each of them executes a command. */
const FILE_RUNS = 200;

const [minutes, firstSeed] = new Command('fuzz')
  .description('Tries random input on the wire, and random files and options on the command.')
  .argument('[minutes]', 'for how long', positive, 5)
  .argument('[seed]', 'the first seed, to repeat a failure', whole, process.pid)
  .parse().processedArgs as [number, number];
const endMs = performance.now() + minutes * 60_000;

for (let seed = firstSeed, rounds = 0; performance.now() < endMs; seed++) {
  const failure = falsifyWire(seed, WIRE_RUNS) ?? (await falsifyFiles(seed, FILE_RUNS));
  if (failure !== undefined) {
    console.error(failure);
    process.exit(1);
  }
  rounds++;
  console.log(`seed ${seed}: all properties hold, in ${rounds} rounds so far`);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Write a number of minutes above 0.');
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Write a whole number.');
}
