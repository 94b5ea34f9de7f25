/**
 * How `cachetorrent track` chooses neighbours: by the rules of the simulator, as far as this
 * tracker knows what they need. It knows the AS of a peer, and costs between AS if it is given a
 * cost map. It knows neither the routes between AS nor latencies between peers.
 */

import {
  costsOf,
  NEIGHBOUR_DEFAULTS,
  NEIGHBOUR_POLICIES,
  type NeighbourNumbers,
  type NeighbourPolicyName,
  type NeighbourSelection,
  type NetworkKnowledge,
  parseCostMap,
} from '@cachetorrent/tracker';

import { ClientError } from '../errors.ts';
import { readTable } from './read-table.ts';

/** The options of `cachetorrent track` about the choice of neighbours. */
export interface NeighbourSelectionOptions {
  /** The rule. Default: `uniform`; `biased` if `externalNeighbours` is there. */
  readonly neighbourSelection?: NeighbourPolicyName;
  /**
   * The percentage of the neighbours that are chosen from all AS, or in other AS. Default: 100 %;
   * 20 % with a rule that uses it.
   */
  readonly externalNeighbours?: number;
  /** The number of connections that each AS has with others. Default: 4. */
  readonly interAsConnections?: number;
  /** A CSV file with the costs between AS, given by their numbers: from,to,cost. */
  readonly costMap?: string;
}

const RULE = '--neighbour-selection';
const KNOWN: readonly NeighbourPolicyName[] = ['uniform', 'biased', 'cost', 'budget'];
/** What a tracker lacks for the rules that it does not have. */
const UNKNOWN: Readonly<Partial<Record<NeighbourPolicyName, string>>> = {
  hops: 'the routes between AS',
  latency: 'the latencies between peers',
};
/** The options that have an effect with one rule only. */
const OF_RULES = {
  interAsConnections: { flag: '--inter-as-connections', rule: 'budget' },
  costMap: { flag: '--cost-map', rule: 'cost' },
} as const;

/**
 * Returns what makes the rule for each torrent, whose peers have so many neighbours.
 *
 * @throws ClientError if the tracker does not know what the rule needs, or options contradict it
 */
export async function neighbourSelectionOf(
  options: NeighbourSelectionOptions,
  neighbours: number,
): Promise<() => NeighbourSelection> {
  const { externalNeighbours, interAsConnections, costMap } = options;
  const rule =
    options.neighbourSelection ?? (externalNeighbours === undefined ? 'uniform' : 'biased');
  const unknown = UNKNOWN[rule];
  if (unknown !== undefined) {
    const fix = `choose ${KNOWN.join(', ')}; the simulator has all rules`;
    const problem = `is "${rule}", which needs ${unknown}: this tracker does not know them`;
    throw new ClientError({ at: RULE, problem, fix });
  }
  refuseStrayOptions(options, rule);
  const numbers: NeighbourNumbers = {
    count: neighbours,
    externalPercent: externalNeighbours ?? NEIGHBOUR_DEFAULTS.externalPercent,
    sampleSize: neighbours,
    interAsConnections: interAsConnections ?? NEIGHBOUR_DEFAULTS.interAsConnections,
  };
  const knowledge: NetworkKnowledge =
    rule === 'cost' ? { cost: costsOf(await readCosts(costMap)) } : {};
  return () => NEIGHBOUR_POLICIES[rule].make(numbers, knowledge);
}

function refuseStrayOptions(options: NeighbourSelectionOptions, rule: NeighbourPolicyName): void {
  for (const [name, { flag, rule: own }] of Object.entries(OF_RULES)) {
    if (options[name as keyof typeof OF_RULES] === undefined || rule === own) continue;
    const problem = `has no effect with ${RULE} ${rule}`;
    throw new ClientError({ at: flag, problem, fix: `write ${RULE} ${own}, or remove it` });
  }
  if (options.externalNeighbours === undefined || rule === 'biased' || rule === 'cost') return;
  const at = '--external-neighbours';
  const problem = `has no effect with ${RULE} ${rule}`;
  throw new ClientError({ at, problem, fix: `write ${RULE} biased, or remove it` });
}

async function readCosts(path: string | undefined) {
  const fix = 'give a CSV file with the columns from,to,cost, and the numbers of AS';
  if (path === undefined) {
    throw new ClientError({ at: RULE, problem: 'is "cost", without a --cost-map', fix });
  }
  const map = parseCostMap(await readTable(path, fix));
  if ('rows' in map) return map.rows;
  const { line, problem, fix: ofLine } = map;
  throw new ClientError({ at: `${path}, line ${line}`, problem, fix: ofLine });
}
