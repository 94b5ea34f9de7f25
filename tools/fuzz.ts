/**
 * Throws noise at the wire for as long as one likes: `npm run fuzz -- [minutes] [seed]`.
 *
 * The properties are those of the tests (`packages/protocol/test/wire/properties.ts`), each in
 * turn with a new seed, until the time is up. A failure prints the seed and the smallest case.
 */

import { falsify, PROPERTIES } from '../packages/protocol/test/wire/properties.ts';

const RUNS = 2_000;
const [minutes = '5', first = String(process.pid)] = process.argv.slice(2);
const endMs = performance.now() + Number(minutes) * 60_000;

for (let seed = Number(first), cases = 0; performance.now() < endMs; seed++) {
  const failure = falsify(seed, RUNS);
  if (failure !== undefined) {
    console.error(failure);
    process.exit(1);
  }
  cases += RUNS * Object.keys(PROPERTIES).length;
  console.log(`seed ${seed}: ${cases} cases so far, none failed`);
}
