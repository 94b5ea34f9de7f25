/**
 * Reads the business relationships between autonomous systems, as CAIDA infers and publishes them
 * (AS Relationships, serial-1 and serial-2). A line is
 *
 *     as1|as2|-1      as1 is a provider of as2
 *     as1|as2|0       as1 and as2 are peers
 *
 * Further columns, such as the source in serial-2, are ignored, and lines that begin with # are
 * comments. A file has half a million lines, so the relationships lie in typed arrays:
 *
 *     asNumbers     64500 64501 64510
 *     start         0     0     2     3        of the customers, for instance: those of the AS with
 *     neighbours    … | 0 2 | 1                index i are neighbours[start[i]] … start[i + 1] - 1
 */

import { SwarmError } from '../errors.ts';

/** AS have the indices 0, 1, 2 … by ascending AS number, whatever the order of the lines. */
export interface Relationships {
  /** The AS number of each AS. */
  readonly asNumbers: Uint32Array;
  /** The AS that each AS pays for transit. */
  readonly providers: Neighbours;
  /** The AS that pay it. */
  readonly customers: Neighbours;
  /** The AS with which it exchanges traffic free of charge. */
  readonly peers: Neighbours;
}

/** For each AS, the indices of some of its neighbours, ascending. */
export interface Neighbours {
  /** Where the neighbours of each AS begin, followed by the end of the last. */
  readonly start: Uint32Array;
  readonly neighbours: Uint32Array;
}

/**
 * Reads the text of a relationships file, which errors call `file`.
 *
 * @throws SwarmError that names the first line that is invalid or contradicts another
 */
export function readRelationships(text: string, file: string): Relationships {
  const lines = readLines(text, file);
  if (lines.count === 0) {
    const problem = 'contains no relationship';
    throw new SwarmError({ at: file, problem, fix: `${FORMAT}, one in each line` });
  }
  return toNeighbours(lines, file);
}

/** Returns the index of the AS with a number; undefined if there is none. */
export function indexOfAs({ asNumbers }: Relationships, asNumber: number): number | undefined {
  const place = placeIn(asNumbers, asNumber);
  return asNumbers[place] === asNumber ? place : undefined;
}

/**
 * The AS of `relationships` with these indices, ascending, and the relationships between them.
 * They have the indices 0, 1, 2 … in the result.
 */
export function amongAs(relationships: Relationships, indices: Uint32Array): Relationships {
  const among = ({ start, neighbours }: Neighbours): Neighbours => {
    const own = new Uint32Array(relationships.asNumbers.length).fill(NONE);
    for (const [index, as] of indices.entries()) own[as] = index;
    const kept: number[] = [];
    const starts = new Uint32Array(indices.length + 1);
    for (const [index, as] of indices.entries()) {
      for (let i = start[as]!; i < start[as + 1]!; i++) {
        const neighbour = own[neighbours[i]!]!;
        if (neighbour !== NONE) kept.push(neighbour);
      }
      starts[index + 1] = kept.length;
    }
    return { start: starts, neighbours: Uint32Array.from(kept) };
  };
  return {
    asNumbers: indices.map((as) => relationships.asNumbers[as]!),
    providers: among(relationships.providers),
    customers: among(relationships.customers),
    peers: among(relationships.peers),
  };
}

const NONE = 0xffff_ffff;
const FORMAT = 'write as1|as2|-1 (as1 is a provider of as2) or as1|as2|0 (they are peers)';
const AS_NUMBER_MAX = 2 ** 32 - 1;

/** What the lines say, one entry for each. */
interface Lines {
  readonly as1: Uint32Array;
  readonly as2: Uint32Array;
  /** 1 if they are peers, 0 if as1 is a provider of as2. */
  readonly isPeering: Uint8Array;
  /** The number of the line, from 1. */
  readonly line: Uint32Array;
  readonly count: number;
}

function readLines(text: string, file: string): Lines {
  let most = 1;
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) most++;
  const as1 = new Uint32Array(most);
  const as2 = new Uint32Array(most);
  const isPeering = new Uint8Array(most);
  const line = new Uint32Array(most);
  let count = 0;
  let number = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end;
    number++;
    const read = readLine(text.slice(from, to).trim(), `${file}:${number}`, to === text.length);
    if (read !== undefined) {
      [as1[count], as2[count], isPeering[count]] = read;
      line[count++] = number;
    }
    from = to + 1;
  }
  return { as1, as2, isPeering, line, count };
}

const LINE = /^(\d{1,10})\|(\d{1,10})\|(-1|0)(?:\|.*)?$/;

/** Two AS numbers, and 1 for a peering; undefined for a line that says nothing. */
function readLine(
  line: string,
  at: string,
  isLast: boolean,
): readonly [as1: number, as2: number, isPeering: 0 | 1] | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const fields = LINE.exec(line);
  if (fields === null) {
    const shown = shownOf(line);
    const isCut = isLast && /^\d+(?:\|\d*(?:\|-?)?)?$/.test(line);
    const problem = isCut
      ? `${shown}, the last line, is incomplete: the file may have been cut off`
      : `${shown} is not a relationship`;
    throw new SwarmError({ at, problem, fix: isCut ? 'fetch the file again' : FORMAT });
  }
  const as1 = Number(fields[1]);
  const as2 = Number(fields[2]);
  if (as1 > AS_NUMBER_MAX || as2 > AS_NUMBER_MAX) {
    const problem = `${shownOf(line)} has an AS number above ${AS_NUMBER_MAX}`;
    throw new SwarmError({ at, problem, fix: 'correct the number' });
  }
  if (as1 === as2) {
    throw new SwarmError({
      at,
      problem: `${shownOf(line)} relates an AS to itself`,
      fix: 'remove it',
    });
  }
  return [as1, as2, fields[3] === '0' ? 1 : 0];
}

/** Lines of a binary file may be long, and have characters that a terminal obeys. */
function shownOf(line: string): string {
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 37)}...` : line);
}

function toNeighbours(lines: Lines, file: string): Relationships {
  const { as1, as2, isPeering, count } = lines;
  const asNumbers = distinct(as1.subarray(0, count), as2.subarray(0, count));
  const asCount = asNumbers.length;
  for (let i = 0; i < count; i++) {
    as1[i] = placeIn(asNumbers, as1[i]!);
    as2[i] = placeIn(asNumbers, as2[i]!);
  }

  // The first line about each pair of AS: others may only repeat it.
  const first = new Map<number, number>();
  const isTransit = new Uint8Array(count);
  const isPeers = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const pair = Math.min(as1[i]!, as2[i]!) * asCount + Math.max(as1[i]!, as2[i]!);
    const before = first.get(pair);
    if (before === undefined) {
      first.set(pair, i);
      (isPeering[i] === 1 ? isPeers : isTransit)[i] = 1;
    } else if (isPeering[before] !== isPeering[i] || (!isPeering[i] && as1[before] !== as1[i])) {
      const names = `AS${asNumbers[as1[i]!]} and AS${asNumbers[as2[i]!]}`;
      const problem = `contradicts line ${lines.line[before]} about ${names}`;
      const fix = 'keep one of the two lines';
      throw new SwarmError({ at: `${file}:${lines.line[i]}`, problem, fix });
    }
  }

  const transits = { as1, as2, isUsed: isTransit };
  const turned = { as1: as2, as2: as1, isUsed: isTransit };
  const peerings = { as1, as2, isUsed: isPeers };
  return {
    asNumbers,
    customers: neighboursOf(asCount, [transits]),
    providers: neighboursOf(asCount, [turned]),
    peers: neighboursOf(asCount, [peerings, { as1: as2, as2: as1, isUsed: isPeers }]),
  };
}

/** Those lines that are used say that `as2` is a neighbour of `as1`. */
interface Pairs {
  readonly as1: Uint32Array;
  readonly as2: Uint32Array;
  readonly isUsed: Uint8Array;
}

function neighboursOf(asCount: number, pairs: readonly Pairs[]): Neighbours {
  // Sorted by neighbour, and then, in this order, by AS: the neighbours of each ascend.
  const byNeighbour = grouped(asCount, (each) => {
    for (const { as1, as2, isUsed } of pairs) {
      for (let i = 0; i < isUsed.length; i++) if (isUsed[i] === 1) each(as2[i]!, as1[i]!);
    }
  });
  return grouped(asCount, (each) => {
    for (let neighbour = 0; neighbour < asCount; neighbour++) {
      const end = byNeighbour.start[neighbour + 1]!;
      for (let i = byNeighbour.start[neighbour]!; i < end; i++) {
        each(byNeighbour.neighbours[i]!, neighbour);
      }
    }
  });
}

/** The values of each AS, in the order in which `visit` names them; it is called twice. */
function grouped(
  asCount: number,
  visit: (each: (as: number, value: number) => void) => void,
): Neighbours {
  const start = new Uint32Array(asCount + 1);
  visit((as) => {
    start[as + 1]!++;
  });
  for (let i = 0; i < asCount; i++) start[i + 1]! += start[i]!;
  const next = start.slice(0, asCount);
  const neighbours = new Uint32Array(start[asCount]!);
  visit((as, value) => {
    neighbours[next[as]!++] = value;
  });
  return { start, neighbours };
}

/** All numbers in `a` and `b`, ascending, each once. */
function distinct(a: Uint32Array, b: Uint32Array): Uint32Array {
  const all = new Uint32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  all.sort();
  let count = 0;
  for (const [i, number] of all.entries()) {
    if (i === 0 || number !== all[i - 1]) all[count++] = number;
  }
  return all.slice(0, count);
}

/** The place of the first entry of `sorted` that is not less than `number`. */
function placeIn(sorted: Uint32Array, number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
