/**
 * Parameters: the fields of a configuration by name, for options of the command line and for
 * experiments. A field in a section may be named without it: `leaders` is `cache.leaders`. Fields
 * of lists are named with their index: `classes[1].upload`, `seeds.upload`.
 */

import {
  FIELD_PATHS,
  fieldsAt,
  type Path,
  pathName,
  quantityKindAt,
  readQuantity,
} from '@cachetorrent/simulator/configuration';

/** The value of a parameter; null removes the field. */
export type ParameterValue = string | number | boolean | null | object;

/** Parameters that replace fields of a configuration, by name. */
export type Overrides = Readonly<Record<string, ParameterValue>>;

/** Names of the original simulator and of earlier versions, and today's. */
export const FORMER_NAMES: Readonly<Record<string, string>> = {
  bias: 'externalNeighbours',
  multi: 'subTorrents',
  preference: 'requestPriority',
  outPeers: 'neighbours',
  minNodes: 'minPeers',
  uploads: 'uploadSlots',
  optimistics: 'optimisticSlots',
  interval: 'rechokeInterval',
  transferInterval: 'allocationInterval',
  stubDomains: 'as',
  stubDomainSize: 'routersPerAs',
  transitDomainSize: 'routersPerTransitDomain',
  arrivalGapMs: 'meanGap',
};

/** Today's name of a field that had another one; undefined if it had not. */
export function todaysName(name: string): string | undefined {
  return Object.hasOwn(FORMER_NAMES, name) ? FORMER_NAMES[name] : undefined;
}

const PATHS: ReadonlyMap<string, Path> = new Map(
  FIELD_PATHS.flatMap((path) => [[path.join('.'), path] as const, [path.at(-1)!, path] as const]),
);

/** The path of the field with this name; undefined if no configuration has such a field. */
export function fieldPath(name: string): Path | undefined {
  const known = PATHS.get(name);
  if (known !== undefined) return known;
  if (!/^[a-zA-Z]+(\[\d+\]|\.[a-zA-Z]+)*$/.test(name)) return undefined;
  const path = Array.from(name.matchAll(/[a-zA-Z]+|\d+/g), ([step]) =>
    /^\d/.test(step) ? Number(step) : step,
  );
  const isKnown = path.every(
    (step, i) => typeof step === 'number' || fieldsAt(path.slice(0, i)).includes(step),
  );
  return isKnown ? path : undefined;
}

/** The names of all parameters, for suggestions. */
export function fieldNames(): readonly string[] {
  return [
    'client',
    ...PATHS.keys(),
    ...fieldsAt(['seeds']).map((name) => `seeds.${name}`),
    ...fieldsAt(['classes']).map((name) => `classes[0].${name}`),
    ...fieldsAt(['faults']).map((name) => `faults[0].${name}`),
    ...fieldsAt(['cache', 'providerCaches']).map((name) => `cache.providerCaches[0].${name}`),
    ...fieldsAt(['cache', 'parents']).map((name) => `cache.parents[0].${name}`),
  ];
}

/** The value of the field at `path`, if `config` has it. */
export function fieldOf(config: object, path: Path): ParameterValue | undefined {
  let value: unknown = config;
  path.forEach((step, i) => {
    const holder = i === 0 ? config : sectionOf(path[i - 1]!, value);
    value = (holder as Record<string | number, unknown>)[step];
  });
  return value as ParameterValue | undefined;
}

/**
 * The value of the field at `path` as a number in the plain unit of its kind, if it is a quantity:
 * 2000 for an upload of `2 Mbit/s`. Other values are returned as they are, mistakes included.
 */
export function plainValue(path: Path, value: ParameterValue): ParameterValue {
  const kind = typeof value === 'string' ? quantityKindAt(path) : undefined;
  if (kind === undefined) return value;
  const reading = readQuantity(kind, value as string);
  return 'value' in reading ? reading.value : value;
}

/** Returns `config` with another value at `path`; null removes the field. */
export function withField(config: object, path: Path, value: ParameterValue): object {
  const [step, ...rest] = path;
  const within = (config as Record<string | number, unknown>)[step!];
  const holder = sectionOf(step!, within);
  // A section that is none is refused with the rest of the configuration.
  if (rest.length > 0 && !canHold(holder, rest[0]!)) return config;
  const replaced = rest.length === 0 ? value : withField(holder, rest, value);
  if (Array.isArray(config)) return config.with(step as number, replaced);
  if (replaced !== null) return { ...config, [step!]: replaced };
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== step));
}

/**
 * In the order in which they are to be set: whole sections before fields, which differ from them,
 * so that `client` and `uploadSlots` mean the same in any order.
 */
export function sectionsFirst<Entry>(
  entries: readonly Entry[],
  pathOf: (entry: Entry) => Path,
): Entry[] {
  return entries.toSorted((a, b) => pathOf(a).length - pathOf(b).length);
}

/** What a field is short for where a field of it is set: a number of seeds, a client, a time. */
function sectionOf(name: string | number, value: unknown): object {
  if (name === 'until' && value === 'complete') return { event: value };
  if (name === 'until' && (typeof value === 'string' || typeof value === 'number')) {
    return { time: value };
  }
  if (name === 'seeds' && typeof value === 'number') return { count: value };
  if (name === 'client' && typeof value === 'string') return { preset: value };
  return (value as object | undefined) ?? {};
}

/** Whether a value may have a field, or a list an entry. */
function canHold(value: unknown, step: string | number): boolean {
  if (Array.isArray(value)) return typeof step === 'number' && step < value.length;
  return typeof value === 'object' && typeof step === 'string';
}

/** The problem of setting the field at `path` within a list that lacks its entry. */
export function entryProblem(
  config: object,
  path: Path,
): { readonly problem: string; readonly fix: string } | undefined {
  // No other section holds a list; a field that is set to one is refused as a whole.
  const holdsList = ['classes', 'seeds', 'faults', 'network'].includes(String(path[0]));
  const holdsListWithin = ['providerCaches', 'parents'].includes(String(path[1]));
  if (!holdsList && !holdsListWithin) return undefined;
  for (let i = 1; i < path.length; i++) {
    const holder = path.slice(0, i);
    const name = pathName(holder);
    const step = path[i]!;
    const list = fieldOf(config, holder);
    if (typeof step === 'number') {
      const length = Array.isArray(list) ? list.length : 0;
      if (step < length) continue;
      if (typeof list === 'object' && list !== null && !Array.isArray(list)) {
        const problem = `names entry ${step} of "${name}", which is no list`;
        return { problem, fix: `write ${pathName([...holder, ...path.slice(i + 1)])}` };
      }
      const problem = `names entry ${step} of "${name}", which has ${length} entries`;
      return { problem, fix: `count entries from 0, or add an entry to "${name}"` };
    }
    const isList = ['classes', 'faults', 'cache.providerCaches', 'cache.parents'].includes(name);
    if (Array.isArray(list) || (list === undefined && isList)) {
      const problem = `names no entry of the list "${name}"`;
      return { problem, fix: `state its index: ${name}[0].${step}` };
    }
  }
  return undefined;
}

/** The parameters that have options of their own. */
export const OPTIONS = [
  'peers',
  'pieces',
  'pieceSize',
  'leaders',
  'externalNeighbours',
  'neighbourSelection',
  'subTorrents',
  'requestPriority',
  'choker',
  'seedChoker',
  'rules',
] as const;

/** The option that sets a parameter: `--seed-choker`, or `--set network.as`. */
export function optionOf(name: string): string {
  if (!(OPTIONS as readonly string[]).includes(name)) return `--set ${name}`;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
