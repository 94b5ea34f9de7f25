/**
 * Reads the business relationships between autonomous systems, as CAIDA infers and publishes them
 * (AS Relationships, serial-1 and serial-2). A line is
 *
 *     as1|as2|-1      as1 is a provider of as2
 *     as1|as2|0       as1 and as2 are peers
 *
 * Further columns are ignored, and lines that begin with # are comments. Not used by a simulation
 * yet.
 */

import { SwarmError } from '../errors.ts';

/** AS have the indices 0, 1, 2 … by ascending AS number, whatever the order of the lines. */
export interface Relationships {
  /** The AS number of each AS. */
  readonly asNumbers: readonly number[];
  /**
   * For each AS, ascending: the AS that it pays for transit, the AS that pay it, and the AS with
   * which it exchanges traffic free of charge.
   */
  readonly providers: readonly (readonly number[])[];
  readonly customers: readonly (readonly number[])[];
  readonly peers: readonly (readonly number[])[];
}

/**
 * Reads the text of a relationships file, which errors call `at`.
 *
 * @throws SwarmError that names the first line that is invalid or contradicts another
 */
export function readRelationships(text: string, at: string): Relationships {
  const known = new Map<string, Relationship>();
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const read = readLine(trimmed, `${at}, line ${index + 1}`);
    const before = known.get(read.pair);
    if (before !== undefined && !isSame(before, read)) {
      throw new SwarmError({
        at: `${at}, line ${index + 1}`,
        problem: `"${trimmed}" contradicts an earlier line about the same AS`,
        fix: 'keep one of the two lines',
      });
    }
    known.set(read.pair, read);
  }
  if (known.size === 0) {
    throw new SwarmError({ at, problem: 'contains no relationship', fix: FORMAT });
  }
  return toLists([...known.values()]);
}

interface Relationship {
  /** The provider, or the peer with the lower number. */
  readonly as1: number;
  readonly as2: number;
  readonly kind: 'transit' | 'peering';
  /** The two AS, in an order that does not depend on the line. */
  readonly pair: string;
}

const FORMAT = 'write as1|as2|-1 (as1 is a provider of as2) or as1|as2|0 (they are peers)';
const LARGEST_AS = 2 ** 32 - 1;

function readLine(line: string, at: string): Relationship {
  const fields = /^(\d+)\|(\d+)\|(-1|0)(?:\|.*)?$/.exec(line);
  if (fields === null) {
    throw new SwarmError({ at, problem: `"${line}" is not a relationship`, fix: FORMAT });
  }
  const as1 = Number(fields[1]);
  const as2 = Number(fields[2]);
  if (as1 > LARGEST_AS || as2 > LARGEST_AS) {
    throw new SwarmError({
      at,
      problem: `"${line}" has an AS number above ${LARGEST_AS}`,
      fix: 'correct the number',
    });
  }
  if (as1 === as2) {
    throw new SwarmError({
      at,
      problem: `"${line}" relates an AS to itself`,
      fix: 'remove the line',
    });
  }
  const low = Math.min(as1, as2);
  const high = Math.max(as1, as2);
  const pair = `${low}|${high}`;
  if (fields[3] === '-1') return { as1, as2, kind: 'transit', pair };
  return { as1: low, as2: high, kind: 'peering', pair };
}

function isSame(a: Relationship, b: Relationship): boolean {
  return a.as1 === b.as1 && a.as2 === b.as2 && a.kind === b.kind;
}

function toLists(relationships: readonly Relationship[]): Relationships {
  const numbers = new Set<number>();
  for (const { as1, as2 } of relationships) numbers.add(as1).add(as2);
  const asNumbers = [...numbers].sort((a, b) => a - b);
  const indexOf = new Map(asNumbers.map((number, index) => [number, index]));

  const lists = (): number[][] => asNumbers.map(() => []);
  const [providers, customers, peers] = [lists(), lists(), lists()];
  for (const { as1, as2, kind } of relationships) {
    const first = indexOf.get(as1)!;
    const second = indexOf.get(as2)!;
    (kind === 'transit' ? customers : peers)[first]!.push(second);
    (kind === 'transit' ? providers : peers)[second]!.push(first);
  }
  for (const list of [...providers, ...customers, ...peers]) list.sort((a, b) => a - b);
  return { asNumbers, providers, customers, peers };
}
