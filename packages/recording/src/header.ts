/**
 * The header of a recording: what is known before the run, as JSON. It is checked field by field
 * when it is read, and unknown fields are dropped.
 */

import { Malformed } from './errors.ts';
import { LIMITS } from './format.ts';

/** What is known of a run before it begins. */
export interface RecordingHeader {
  /** The program that has recorded it, and its version. */
  readonly program: string;
  /** The random seed. */
  readonly seed: number;
  /** The length of a frame, in ms of simulated time. */
  readonly frameMs: number;
  /** The configuration as the program was given it. */
  readonly configuration: unknown;
  /** Whether peers come and go; otherwise all arrive at the start and stay. */
  readonly isOpen: boolean;
  /** The number of pieces of the file. */
  readonly pieces: number;
  /** The size of each piece but the last, in bits. */
  readonly pieceBits: number;
  /** The size of the last piece, in bits. */
  readonly lastPieceBits: number;
  /** The number of blocks of each piece but the last. */
  readonly blocksPerPiece: number;
  /** The number of sub-torrents, in each of which every peer has a share of the pieces. */
  readonly subTorrents: number;
  /** The time between two allocation instants, at which flows get their rates, in ms. */
  readonly allocationIntervalMs: number;
  /** From when on figures count, in ms since the start: 0, or the end of the warm-up. */
  readonly measuredFromMs: number;
  /** The AS, by their ids: 0, 1, 2 … */
  readonly as: AsColumns;
  /** The names of the classes of peers. */
  readonly classes: readonly string[];
  /** The nodes by their ids: 0 is the tracker, then the peers. */
  readonly peers: PeerColumns;
  /** The ids of the peers that are caches of providers. */
  readonly caches: readonly number[];
  /** The faults on purpose, in the order of their times. */
  readonly faults: readonly PlannedFault[];
}

/** The AS, each column by the ids of the AS. */
export interface AsColumns {
  /** Their names. */
  readonly name: readonly string[];
  /** The AS that is the parent of each, or -1. */
  readonly parent: readonly number[];
  /** Some AS by which a map can be laid out: all, or a few of many. */
  readonly landmarks: readonly number[];
  /**
   * The latency from each AS to each landmark, in ms, AS by AS: as many for each AS as there are
   * landmarks.
   */
  readonly latencyMs: readonly number[];
}

/** The nodes, each column by their ids. */
export interface PeerColumns {
  /** The AS of each. */
  readonly as: readonly number[];
  /** The class of each, an index into `classes`. */
  readonly class: readonly number[];
  /** The upload capacity of each, in kbit/s. */
  readonly uploadKbps: readonly number[];
  /** The download capacity of each, in kbit/s. */
  readonly downloadKbps: readonly number[];
  /** When each arrives first, in whole ms since the start. */
  readonly arrivesAtMs: readonly number[];
}

/** A fault that is to happen. */
export interface PlannedFault {
  /** When it begins, in ms since the start. */
  readonly atMs: number;
  /** What it is, such as `crash of leaders`. */
  readonly event: string;
}

/** What is known of a run when it has ended. */
export interface RecordingEnd {
  /** The simulated time at which it has ended, in ms. */
  readonly endMs: number;
  /** The hash of its result: that of `SwarmResult`. */
  readonly resultHash: string;
  /** See `SwarmResult`. */
  readonly redundancy: number;
  /** See `SwarmResult`. */
  readonly durationMs: number;
  /** The number of leechers that have completed the file. */
  readonly completed: number;
  /** The download time that half of them did not exceed, in ms; null if there are none. */
  readonly p50Ms: number | null;
  /** The same for 90 %. */
  readonly p90Ms: number | null;
}

/**
 * The header in a part of a recording.
 *
 * @throws Malformed if a field is missing, or impossible
 */
export function parseHeader(text: string): RecordingHeader {
  const of = new Fields(parse(text), '');
  const asOf = of.object('as');
  const peersOf = of.object('peers');
  const name = asOf.list('name', isText);
  const asCount = name.length;
  if (asCount < 1 || asCount > LIMITS.as) throw impossible('as.name', `${asCount} AS`);
  const isAs = integerBelow(asCount);
  const classes = of.list('classes', isText);
  const peersAs = peersOf.list('as', isAs);
  const nodes = peersAs.length;
  if (nodes < 1 || nodes > LIMITS.nodes) throw impossible('peers.as', `${nodes} nodes`);
  const landmarks = asOf.list('landmarks', isAs);
  return {
    program: of.value('program', isText),
    seed: of.value('seed', isNumber),
    frameMs: of.value('frameMs', integerIn(1, LIMITS.frameMs)),
    configuration: of.get('configuration'),
    isOpen: of.value('isOpen', isBoolean),
    pieces: of.value('pieces', integerIn(1, LIMITS.pieces)),
    pieceBits: of.value('pieceBits', isPositive),
    lastPieceBits: of.value('lastPieceBits', isPositive),
    blocksPerPiece: of.value('blocksPerPiece', isPositive),
    subTorrents: of.value('subTorrents', integerIn(1, LIMITS.subTorrents)),
    allocationIntervalMs: of.value('allocationIntervalMs', isPositive),
    measuredFromMs: of.value('measuredFromMs', isNumber),
    as: {
      name,
      parent: asOf.list('parent', (each) => each === -1 || isAs(each), asCount),
      landmarks,
      latencyMs: asOf.list('latencyMs', isNumber, asCount * landmarks.length),
    },
    classes,
    peers: {
      as: peersAs,
      class: peersOf.list('class', integerBelow(classes.length), nodes),
      uploadKbps: peersOf.list('uploadKbps', isNumber, nodes),
      downloadKbps: peersOf.list('downloadKbps', isNumber, nodes),
      arrivesAtMs: peersOf.list('arrivesAtMs', isNumber, nodes),
    },
    caches: of.list('caches', integerBelow(nodes)),
    faults: of.objects('faults', (fault) => ({
      atMs: fault.value('atMs', isNumber),
      event: fault.value('event', isText),
    })),
  };
}

/**
 * The end in a part of a recording.
 *
 * @throws Malformed if a field is missing, or impossible
 */
export function parseEnd(text: string): RecordingEnd {
  const of = new Fields(parse(text), '');
  const isTime = (value: unknown): value is number | null => value === null || isNumber(value);
  return {
    endMs: of.value('endMs', isNumber),
    resultHash: of.value('resultHash', isText),
    redundancy: of.value('redundancy', isNumber),
    durationMs: of.value('durationMs', isNumber),
    completed: of.value('completed', isNumber),
    p50Ms: of.value('p50Ms', isTime),
    p90Ms: of.value('p90Ms', isTime),
  };
}

/** The fields of an object of JSON, which may be anything. */
class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) throw impossible(path === '' ? 'the whole' : path, 'no object');
    this.#object = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  value<Value>(name: string, is: (value: unknown) => value is Value): Value {
    const value = this.get(name);
    if (!is(value)) throw impossible(this.#path + name, shown(value));
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.get(name), `${this.#path}${name}.`);
  }

  list<Value>(
    name: string,
    is: ((value: unknown) => value is Value) | ((value: unknown) => boolean),
    length?: number,
  ): readonly Value[] {
    const list = this.get(name);
    const at = this.#path + name;
    if (!Array.isArray(list)) throw impossible(at, shown(list));
    if (length !== undefined && list.length !== length) {
      throw impossible(at, `${list.length} values and not ${length}`);
    }
    const wrong = list.findIndex((each) => !is(each));
    if (wrong >= 0) throw impossible(`${at}[${wrong}]`, shown(list[wrong]));
    return list as readonly Value[];
  }

  objects<Value>(name: string, read: (fields: Fields) => Value): readonly Value[] {
    const list: readonly unknown[] = this.list(name, () => true);
    return list.map((each, i) => read(new Fields(each, `${this.#path}${name}[${i}].`)));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed('is no JSON');
  }
}

function impossible(at: string, what: string): Malformed {
  return new Malformed(`has an impossible value in ${at}: ${what}`);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 40) ?? typeof value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isPositive(value: unknown): value is number {
  return isNumber(value) && value > 0;
}

function integerIn(least: number, greatest: number) {
  return (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;
}

function integerBelow(limit: number) {
  return integerIn(0, limit - 1);
}
