/**
 * Streams of chance that can be had again: equal keys give equal streams.
 *
 * A key is a path such as ('swarm', seed, 'peer', 17). It is hashed, so that neighbouring keys
 * have nothing in common; the hash seeds Alea, and Alea seeds the generator that does the work,
 * which costs a few nanoseconds a number. Every step is integer arithmetic or exact in a double,
 * so the numbers are the same on any machine.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import seedrandom from 'seedrandom';

import type { Random } from './random.ts';
import { Sfc32 } from './sfc32.ts';

/**
 * The stream that belongs to `key`. Parts are joined by '/', so ('a', 1) and ('a/1') are the same
 * key; use parts without a slash.
 */
export function seededRandom(...key: readonly (string | number)[]): Random {
  const alea = seedrandom.alea(bytesToHex(sha256(utf8ToBytes(key.join('/')))));
  return new Sfc32(alea.int32(), alea.int32(), alea.int32(), alea.int32());
}
