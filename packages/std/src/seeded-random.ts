/**
 * Reproducible random streams: equal keys give equal streams.
 *
 * A key is a path such as ('swarm', seed, 'peer', 17). It is hashed, so that the streams of similar
 * keys are unrelated. The hash seeds Alea, and Alea seeds the generator that is used, which needs a
 * few nanoseconds per number. Every step is integer arithmetic or exact in a double, so the numbers
 * are the same on every machine.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import seedrandom from 'seedrandom';

import type { Random } from './random.ts';
import { Sfc32 } from './sfc32.ts';

/**
 * Creates the random stream of `key`. The parts of a key are joined by '/', so ('a', 1) and ('a/1')
 * are the same key: use parts without a slash.
 */
export function seededRandom(...key: readonly (string | number)[]): Random {
  const alea = seedrandom.alea(bytesToHex(sha256(utf8ToBytes(key.join('/')))));
  return new Sfc32(alea.int32(), alea.int32(), alea.int32(), alea.int32());
}
