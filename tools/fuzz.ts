/**
 * Fuzzes the wire: `npm run fuzz -- [minutes] [seed]`.
 *
 * Checks the properties of the tests (`packages/protocol/test/wire/properties.ts`) in turn, with a
 * new seed each time, until the time is up. A failure prints the seed and the smallest case.
 */

import { falsify, PROPERTIES } from '../packages/protocol/test/wire/properties.ts';

const RUNS = 2_000;
const [minutes = '5', firstSeed = String(process.pid)] = process.argv.slice(2);
const endMs = performance.now() + Number(minutes) * 60_000;

for (let seed = Number(firstSeed), cases = 0; performance.now() < endMs; seed++) {
  const failure = falsify(seed, RUNS);
  if (failure !== undefined) {
    console.error(failure);
    process.exit(1);
  }
  cases += RUNS * Object.keys(PROPERTIES).length;
  console.log(`seed ${seed}: ${cases} cases so far, none failed`);
}
