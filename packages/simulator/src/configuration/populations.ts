/**
 * From the entries of `seeds` and `classes` to the classes of a swarm: fills in what was left out
 * (`complete…`), and turns the complete entries into plain data (`…ClassOf`).
 */

import { typicalOf } from '../swarm/plan/distributions.ts';
import type {
  ArrivalProcess,
  BoundedDistribution,
  Distribution,
  DrawnCapacities,
  Session,
} from '../swarm/plan/dynamics.ts';
import type { PeerClass } from '../swarm/plan/swarm.ts';
import type { AsIndexOf } from './as-names.ts';
import type {
  ArrivalConfig,
  BehaviourConfig,
  CapacityConfig,
  ClassConfig,
  DistributionConfig,
  DrawnRateConfig,
  DurationConfig,
  HomeConfig,
  SeedConfig,
  TracedPeerConfig,
} from './population-schema.ts';
import type { Path } from './problems.ts';
import { quantity, type QuantityKind } from './quantities.ts';
import { refuse } from './configuration-error.ts';

/** An entry of `seeds` in which every field is written out, as plain numbers. */
export interface CompleteSeedConfig extends CompleteSessionConfig, BehaviourConfig {
  readonly count: number;
  readonly upload: number;
  readonly download: number;
  readonly as?: readonly CompleteHome[];
}

/** An entry of `classes` in which every field is written out, as plain numbers. */
export interface CompleteClassConfig extends CompleteSessionConfig, BehaviourConfig {
  readonly name: string;
  /** Absent if arrivals bring any number. */
  readonly count?: number;
  /** Both are absent if `capacities` has them. */
  readonly upload?: number | CompleteDrawnRate;
  readonly download?: number | CompleteDrawnRate;
  readonly capacities?: readonly Plain<CapacityConfig>[];
  readonly as?: readonly CompleteHome[];
  readonly arrivals?: readonly CompleteArrival[];
  readonly patience?: CompleteDuration;
  /** Absent if they announce what they hold. */
  readonly claims?: number;
}

/** The fields about how long peers stay, in ms. */
export interface CompleteSessionConfig {
  readonly leaves?: { readonly after?: CompleteDuration; readonly ratio?: number };
  readonly crashes?: { readonly after?: CompleteDuration };
  readonly returns?: { readonly after?: CompleteDuration };
}

/** The same fields, with numbers as quantities. */
type Plain<Config> = {
  readonly [Name in keyof Config]: Config[Name] extends string | number | undefined
    ? Exclude<Config[Name], string>
    : Config[Name];
};

type CompleteHome = Plain<Omit<HomeConfig, 'index'>> & Pick<HomeConfig, 'index'>;
type CompletePeer = Plain<Omit<TracedPeerConfig, 'as'>> & Pick<TracedPeerConfig, 'as'>;
type CompleteDistribution = DistributionConfig<number>;
type CompleteDuration = number | CompleteDistribution;
type CompleteDrawnRate = CompleteDistribution & { readonly min: number; readonly max?: number };

/** Arrivals as plain numbers: per hour, in ms. */
export interface CompleteArrival {
  readonly rate?: number;
  readonly from?: number;
  readonly until?: number;
  readonly decay?: number;
  readonly at?: number;
  readonly count?: number;
  readonly trace?: readonly CompletePeer[];
}

/** The capacities of those that state none of their own, in kbit/s. */
export interface DefaultCapacities {
  readonly upload: number;
  readonly download: number;
}

const HOUR_MS = 3_600_000;
/** A capacity is not drawn lower than this: a peer with none could not complete. */
const LEAST_KBPS = 1;

/** Fills in an entry of `seeds`, which is at `path`. */
export function completeSeed(
  seed: SeedConfig,
  path: Path,
  { upload, download }: DefaultCapacities,
): CompleteSeedConfig {
  return {
    count: seed.count ?? 1,
    upload: seed.upload === undefined ? upload : quantity('rate', seed.upload),
    download: seed.download === undefined ? download : quantity('rate', seed.download),
    ...completeHomes(seed.as),
    ...completeSession(seed, path),
    ...completeBehaviour(seed),
  };
}

/** Fills in an entry of `classes`; `count` is the number of its peers, if it is limited. */
export function completeClass(
  each: ClassConfig,
  path: Path,
  count: number | undefined,
  defaults: DefaultCapacities,
): CompleteClassConfig {
  return {
    name: each.name,
    ...(count === undefined ? {} : { count }),
    ...completeCapacities(each, path, defaults),
    ...completeHomes(each.as),
    ...(each.arrivals === undefined
      ? {}
      : { arrivals: completeArrivals(each.arrivals, [...path, 'arrivals'], count) }),
    ...completeDuration('patience', each.patience, path),
    ...completeSession(each, path),
    ...completeBehaviour(each),
    ...(each.claims === undefined ? {} : { claims: quantity('percent', each.claims) }),
  };
}

function completeBehaviour({ behaviour, reachable }: BehaviourConfig): BehaviourConfig {
  return {
    ...(behaviour === undefined ? {} : { behaviour }),
    ...(reachable === undefined ? {} : { reachable }),
  };
}

function completeCapacities(
  { upload, download, capacities }: ClassConfig,
  path: Path,
  defaults: DefaultCapacities,
): Pick<CompleteClassConfig, 'upload' | 'download' | 'capacities'> {
  if (capacities === undefined) {
    return {
      upload: completeRate(upload ?? defaults.upload, [...path, 'upload']),
      download: completeRate(download ?? defaults.download, [...path, 'download']),
    };
  }
  if (upload !== undefined || download !== undefined) {
    const both = upload === undefined ? 'download' : 'upload';
    const problem = `cannot be combined with "${both}": each of them states it`;
    refuse([...path, 'capacities'], problem, 'remove one of them');
  }
  return {
    capacities: capacities.map((row) => ({
      share: quantity('percent', row.share),
      upload: quantity('rate', row.upload),
      download: quantity('rate', row.download),
    })),
  };
}

function completeRate(
  value: string | number | DrawnRateConfig,
  path: Path,
): number | CompleteDrawnRate {
  if (typeof value !== 'object') return quantity('rate', value);
  const { min, max, ...distribution } = value;
  return {
    ...completeDistribution(distribution, 'rate', path),
    min: min === undefined ? LEAST_KBPS : quantity('rate', min),
    ...(max === undefined ? {} : { max: quantity('rate', max) }),
  };
}

/** Each distribution with its two parameters: what it scales with, and its form. */
const PARAMETERS = {
  exponential: ['mean'],
  weibull: ['scale', 'shape'],
  'log-normal': ['median', 'sigma'],
} as const;

function completeDistribution(
  config: DistributionConfig<string | number>,
  kind: QuantityKind,
  path: Path,
): CompleteDistribution {
  const { distribution = 'exponential', ...given } = config;
  const expected: readonly string[] = PARAMETERS[distribution];
  for (const name of Object.keys(given)) {
    if (expected.includes(name)) continue;
    const owner = Object.entries(PARAMETERS).find(([, names]) =>
      (names as readonly string[]).includes(name),
    );
    const problem = `is no parameter of the distribution "${distribution}"`;
    refuse([...path, name], problem, `write "distribution": "${owner?.[0]}", or remove it`);
  }
  const [first, second] = PARAMETERS[distribution];
  const example = kind === 'time' ? '"30 min"' : '"2 Mbit/s"';
  if (given[first] === undefined) {
    const problem = `lacks its ${first} (distribution "${distribution}")`;
    refuse(path, problem, `add "${first}": ${example}`);
  }
  if (second !== undefined && given[second] === undefined) {
    refuse(path, `lacks its ${second} (distribution "${distribution}")`, `add "${second}": 0.5`);
  }
  return {
    distribution,
    [first]: quantity(kind, given[first]!),
    ...(second === undefined ? {} : { [second]: given[second] }),
  };
}

function completeHomes(as: ClassConfig['as']): { readonly as?: readonly CompleteHome[] } {
  if (as === undefined) return {};
  const list = typeof as === 'object' ? as : [as];
  return {
    as: list.map((entry) =>
      typeof entry === 'object'
        ? { index: entry.index, share: quantity('percent', entry.share) }
        : { index: entry, share: 1 },
    ),
  };
}

function completeSession(
  { leaves, crashes, returns }: Pick<SeedConfig, 'leaves' | 'crashes' | 'returns'>,
  path: Path,
): CompleteSessionConfig {
  const after = (name: string, config: { readonly after?: DurationConfig } | undefined) =>
    completeDuration('after', config?.after, [...path, name]);
  const ratio = leaves?.ratio === undefined ? {} : { ratio: leaves.ratio };
  return {
    ...(leaves === undefined ? {} : { leaves: { ...after('leaves', leaves), ...ratio } }),
    ...(crashes === undefined ? {} : { crashes: after('crashes', crashes) }),
    ...(returns === undefined ? {} : { returns: after('returns', returns) }),
  };
}

function completeDuration<Name extends string>(
  name: Name,
  value: DurationConfig | undefined,
  path: Path,
): { readonly [Field in Name]?: CompleteDuration } {
  if (value === undefined) return {};
  const complete =
    typeof value === 'object'
      ? completeDistribution(value, 'time', [...path, name])
      : quantity('time', value);
  return { [name]: complete } as { readonly [Field in Name]?: CompleteDuration };
}

/** Which of these fields is there decides what kind of arrivals an entry describes. */
const KINDS_OF_ARRIVALS = ['rate', 'at', 'trace'] as const;
/** The fields that belong to each kind. */
const FIELDS_OF_ARRIVALS: Readonly<Record<string, readonly string[]>> = {
  rate: ['from', 'until', 'decay'],
  at: ['count'],
  trace: [],
};

function completeArrivals(
  config: ArrivalConfig | readonly ArrivalConfig[],
  path: Path,
  count: number | undefined,
): CompleteArrival[] {
  if (!Array.isArray(config)) return [completeArrival(config as ArrivalConfig, path, count)];
  return config.map((entry: ArrivalConfig, i) => completeArrival(entry, [...path, i], count));
}

function completeArrival(
  entry: ArrivalConfig,
  path: Path,
  classCount: number | undefined,
): CompleteArrival {
  const kinds = KINDS_OF_ARRIVALS.filter((name) => entry[name] !== undefined);
  const [kind, other] = kinds;
  if (kind === undefined) {
    const problem = 'has neither a rate, nor a time ("at"), nor a trace';
    return refuse(path, problem, 'add "rate": "100/h", for instance');
  }
  if (other !== undefined) {
    const problem = `has "${kind}" and "${other}"`;
    refuse(path, problem, 'write a list with an entry for each, or remove one');
  }
  const allowed: readonly string[] = [kind, ...FIELDS_OF_ARRIVALS[kind]!];
  const stray = Object.keys(entry).find((name) => !allowed.includes(name));
  if (stray !== undefined) {
    const owner = KINDS_OF_ARRIVALS.find((each) => FIELDS_OF_ARRIVALS[each]!.includes(stray));
    const problem = `has no effect with "${kind}"`;
    refuse([...path, stray], problem, `use it with "${owner}", or remove it`);
  }
  const { rate, from, until, decay, at, count = classCount, trace } = entry;
  if (rate !== undefined) {
    return {
      rate: quantity('arrivals', rate),
      from: from === undefined ? 0 : quantity('time', from),
      ...(until === undefined ? {} : { until: quantity('time', until) }),
      ...(decay === undefined ? {} : { decay: quantity('time', decay) }),
    };
  }
  if (at !== undefined) {
    if (count !== undefined) return { at: quantity('time', at), count };
    return refuse(path, 'says when, but not how many arrive', 'add "count": 100');
  }
  if (typeof trace !== 'string') return { trace: trace!.map(completePeer) };
  const problem = `is the name of a file ("${trace}"), but the simulator reads no files`;
  const fix =
    'give the list of its rows, or read the configuration with "readConfig" of the runner';
  return refuse([...path, 'trace'], problem, fix);
}

function completePeer({ time, leaves, upload, download, as }: TracedPeerConfig) {
  return {
    time: quantity('time', time),
    ...(leaves === undefined ? {} : { leaves: quantity('time', leaves) }),
    ...(upload === undefined ? {} : { upload: quantity('rate', upload) }),
    ...(download === undefined ? {} : { download: quantity('rate', download) }),
    ...(as === undefined ? {} : { as }),
  };
}

/** The class of a swarm that an entry of `seeds` describes. */
export function seedClassOf(
  { count, upload, download, as, ...rest }: CompleteSeedConfig,
  indexOf: AsIndexOf,
): PeerClass {
  return {
    name: 'seed',
    count,
    uploadKbps: upload,
    downloadKbps: download,
    ...homesOf(as, indexOf),
    ...sessionOf(rest),
    ...behaviourOf(rest),
  };
}

/** The class of a swarm that an entry of `classes` describes. */
export function peerClassOf(each: CompleteClassConfig, indexOf: AsIndexOf): PeerClass {
  const { name, count, arrivals, as } = each;
  return {
    name,
    ...(count === undefined ? {} : { count }),
    ...capacitiesOf(each),
    ...homesOf(as, indexOf),
    ...(arrivals === undefined
      ? {}
      : { arrivals: arrivals.map((entry) => processOf(entry, indexOf)) }),
    ...sessionOf(each),
    ...behaviourOf(each),
  };
}

/** Absent where peers do what is usual, so that it makes no difference whether they say so. */
function behaviourOf({
  behaviour,
  reachable,
  claims = 0,
}: BehaviourConfig & Pick<CompleteClassConfig, 'claims'>): Pick<
  PeerClass,
  'behaviour' | 'isReachable' | 'claimedPercent'
> {
  return {
    ...(behaviour === 'free-rider' ? { behaviour } : {}),
    ...(reachable === false ? { isReachable: false } : {}),
    ...(claims === 0 ? {} : { claimedPercent: claims }),
  };
}

function capacitiesOf({
  upload = 0,
  download = 0,
  capacities,
}: CompleteClassConfig): Pick<PeerClass, 'uploadKbps' | 'downloadKbps' | 'capacities'> {
  if (capacities !== undefined) {
    const table = capacities.map((row) => ({
      share: row.share,
      uploadKbps: row.upload,
      downloadKbps: row.download,
    }));
    const all = table.reduce((sum, { share }) => sum + share, 0);
    const mean = (field: 'uploadKbps' | 'downloadKbps'): number =>
      table.reduce((sum, row) => sum + row.share * row[field], 0) / (all || 1);
    const means = { uploadKbps: mean('uploadKbps'), downloadKbps: mean('downloadKbps') };
    return { ...means, capacities: { table } };
  }
  const drawn: DrawnCapacities = {
    ...(typeof upload === 'number' ? {} : { upload: boundedOf(upload) }),
    ...(typeof download === 'number' ? {} : { download: boundedOf(download) }),
  };
  return {
    uploadKbps: typicalRate(upload),
    downloadKbps: typicalRate(download),
    ...(Object.keys(drawn).length === 0 ? {} : { capacities: drawn }),
  };
}

function boundedOf({ min, max, ...distribution }: CompleteDrawnRate): BoundedDistribution {
  return {
    distribution: distributionOf(distribution),
    least: min,
    ...(max === undefined ? {} : { most: max }),
  };
}

function typicalRate(rate: number | CompleteDrawnRate): number {
  if (typeof rate === 'number') return rate;
  const { distribution, least, most = Infinity } = boundedOf(rate);
  return Math.min(Math.max(typicalOf(distribution), least), most);
}

function homesOf(
  as: readonly CompleteHome[] | undefined,
  indexOf: AsIndexOf,
): Pick<PeerClass, 'homes'> {
  if (as === undefined) return {};
  return { homes: as.map(({ index, share }) => ({ as: indexOf(index), share })) };
}

function processOf(
  { rate, from, until, decay, at, count, trace }: CompleteArrival,
  indexOf: AsIndexOf,
): ArrivalProcess {
  if (trace !== undefined) {
    const peers = trace.map(({ time, leaves, upload, download, as }) => ({
      atMs: time,
      ...(leaves === undefined ? {} : { leavesAtMs: leaves }),
      ...(upload === undefined ? {} : { uploadKbps: upload }),
      ...(download === undefined ? {} : { downloadKbps: download }),
      ...(as === undefined ? {} : { as: indexOf(as) }),
    }));
    return { process: 'trace', peers };
  }
  if (at !== undefined) return { process: 'at-once', atMs: at, count: count! };
  return {
    process: 'poisson',
    perMs: rate! / HOUR_MS,
    fromMs: from!,
    ...(until === undefined ? {} : { untilMs: until }),
    ...(decay === undefined ? {} : { decayMs: decay }),
  };
}

function sessionOf({
  leaves,
  patience,
  crashes,
  returns,
}: CompleteSessionConfig & Pick<CompleteClassConfig, 'patience'>): Pick<PeerClass, 'session'> {
  const session: Session = {
    ...durationOf('seedsFor', leaves?.after),
    ...(leaves?.ratio === undefined ? {} : { shareRatio: leaves.ratio }),
    ...durationOf('patience', patience),
    ...durationOf('crashesAfter', crashes?.after),
    ...durationOf('returnsAfter', returns?.after),
  };
  return Object.keys(session).length === 0 ? {} : { session };
}

function durationOf<Name extends string>(
  name: Name,
  duration: CompleteDuration | undefined,
): { readonly [Field in Name]?: Distribution } {
  if (duration === undefined) return {};
  const distribution: Distribution =
    typeof duration === 'number'
      ? { distribution: 'fixed', value: duration }
      : distributionOf(duration);
  return { [name]: distribution } as { readonly [Field in Name]?: Distribution };
}

function distributionOf(complete: CompleteDistribution): Distribution {
  const { distribution, mean, scale, shape, median, sigma } = complete;
  switch (distribution) {
    case 'weibull':
      return { distribution, scale: scale!, shape: shape! };
    case 'log-normal':
      return { distribution, median: median!, sigma: sigma! };
    default:
      return { distribution: 'exponential', mean: mean! };
  }
}
