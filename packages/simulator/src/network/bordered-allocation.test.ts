import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { PartitionedAllocation } from '../../test/network/partitioned-allocation.ts';
import {
  type Flow,
  progressiveFilling,
  type Resource,
  resourcesOfNodes,
} from '../../test/network/progressive-filling.ts';
import { bordersFor, randomCapacities, randomRoutes } from '../../test/network/random-routes.ts';
import { borderTable, noCapacities } from './borders.ts';
import { uplinkRoutes } from './routes.ts';

/**
 * Each row is one rule. Three AS have two nodes each, with 1000 kbit/s in both directions, and an
 * uplink. A flow `'02'` goes from node 0 to node 2. `out` and `into` are capacities of the AS,
 * `transit` is what may enter and leave the AS that joins them.
 */
describe('max–min fair rates over borders', () => {
  const NONE = [Infinity, Infinity, Infinity];
  test.each([
    {
      rule: 'borders do not concern flows within an AS',
      flows: ['01'],
      out: [0, 0, 0],
      rates: [1000],
    },
    { rule: 'a border is shared equally', flows: ['02', '14'], out: [600], rates: [300, 300] },
    {
      rule: 'a border without capacity gives a rate of 0',
      flows: ['02', '24'],
      into: [Infinity, 0],
      rates: [0, 1000],
    },
    {
      rule: 'flows of different AS share the border that they enter',
      flows: ['04', '24', '35'],
      into: [Infinity, Infinity, 900],
      rates: [300, 300, 300],
    },
    {
      rule: 'the capacity that one flow cannot use goes to the others',
      flows: ['02', '14', '13'],
      out: [900],
      into: [Infinity, Infinity, 100],
      rates: [400, 100, 400],
    },
    {
      rule: 'what a border takes from a node goes to its other flows',
      flows: ['01', '02'],
      out: [200],
      rates: [800, 200],
    },
    {
      rule: 'a link in between is shared by all who cross it',
      flows: ['02', '24', '40'],
      transit: 300,
      rates: [100, 100, 100],
    },
    {
      rule: 'a bound holds for one flow',
      flows: ['02', '03'],
      bound: { '02': 200 },
      rates: [200, 800],
    },
    {
      rule: 'a bound is shared by nobody',
      flows: ['02', '02', '03'],
      bound: { '02': 200 },
      rates: [200, 200, 600],
    },
    {
      rule: 'what a bound leaves of a border goes to the others',
      flows: ['02', '13', '14'],
      out: [600],
      bound: { '02': 100 },
      rates: [100, 250, 250],
    },
    {
      rule: 'a bound of 0 gives a rate of 0',
      flows: ['02', '03'],
      bound: { '02': 0 },
      rates: [0, 1000],
    },
    {
      rule: 'a bound above all shares has no effect',
      flows: ['02', '03'],
      bound: { '02': 700 },
      rates: [500, 500],
    },
  ])('$rule', ({ flows, rates, out = NONE, into = NONE, transit = Infinity, bound = {} }) => {
    const routes = uplinkRoutes(['AS0', 'AS1', 'AS2']);
    const capacities = noCapacities(routes);
    out.forEach((kbps, as) => (capacities.outOfAs[as] = kbps));
    into.forEach((kbps, as) => (capacities.intoAs[as] = kbps));
    capacities.intoAs[3] = transit;
    const nodes = new Array<number>(6).fill(1000);
    const bounds = bound as Readonly<Record<string, number>>;
    const allocation = new PartitionedAllocation([2, 2, 2], nodes, nodes, {
      borders: borderTable(routes, 3, capacities),
      boundKbps: (source, target) => bounds[`${source}${target}`] ?? Infinity,
    });
    const opened = flows.map((flow) => ({ source: Number(flow[0]), target: Number(flow[1]) }));
    for (const flow of opened) allocation.open(flow);

    allocation.run();

    expect(opened.map((flow) => allocation.rateKbps(flow))).toEqual(rates);
  });

  test('each is a step of its own only if several AS count the flows over a border', () => {
    const routes = uplinkRoutes(['AS0', 'AS1', 'AS2']);
    const stepsWith = (change: (capacities: ReturnType<typeof noCapacities>) => void): number => {
      const capacities = noCapacities(routes);
      change(capacities);
      const borders = borderTable(routes, 3, capacities);
      return new PartitionedAllocation([1, 1, 1], [1, 1, 1], [1, 1, 1], { borders }).allocations[0]!
        .stepsPerRound;
    };
    expect(stepsWith(({ outOfAs, intoAs }) => void (outOfAs[0] = intoAs[1] = 5))).toBe(2);
    expect(stepsWith(({ outOfAs }) => void (outOfAs[3] = 5))).toBe(3);
  });
});

describe('on random networks with borders and bounds', () => {
  const seed = 'borders';
  const RUNS = 4_000;

  test('rates equal those of progressive filling', () => {
    for (let run = 0; run < RUNS; run++) {
      const network = randomNetwork(seededRandom(seed, run));
      const allocation = allocationOf(network);
      const expected = progressiveFilling(
        network.flows,
        network.upload,
        network.download,
        network.others,
      );
      for (const [i, flow] of network.flows.entries()) {
        const rate = allocation.rateKbps(flow);
        const tolerance = 1e-9 * expected[i]! + 1e-9;
        expect(rate, `${seed}/${run}: flow ${i}`).toBeGreaterThanOrEqual(expected[i]! - tolerance);
        expect(rate, `${seed}/${run}: flow ${i}`).toBeLessThanOrEqual(expected[i]! + tolerance);
      }
    }
  });

  test('no capacity is exceeded, and no rate could grow', () => {
    for (let run = 0; run < RUNS; run++) {
      const network = randomNetwork(seededRandom(seed, run));
      const allocation = allocationOf(network);
      const rates = network.flows.map((flow) => allocation.rateKbps(flow));
      expect(unfairness(network, rates), `${seed}/${run}`).toBeUndefined();
    }
  });

  test('rates are equal to the bit in whatever order AS take a step and flows were opened', () => {
    for (let run = 0; run < RUNS / 4; run++) {
      const random = seededRandom(seed, 'order', run);
      const network = randomNetwork(random);
      const rates = ratesOf(network, allocationOf(network));
      expect(ratesOf(network, allocationOf(network, true)), `${seed}/order/${run}`).toEqual(rates);

      const other = emptyAllocation(network, random.below(2) === 0);
      const open: Flow[] = [];
      for (let step = 0; step < 3 * network.flows.length; step++) {
        const flow = network.flows[random.below(network.flows.length)]!;
        open.push(flow);
        other.open(flow);
        if (random.below(5) === 0) other.run();
        if (random.below(2) === 0) other.close(open.splice(random.below(open.length), 1)[0]!);
      }
      for (const flow of open) other.close(flow);
      for (const flow of network.flows.toReversed()) other.open(flow);
      other.run();
      expect(ratesOf(network, other), `${seed}/order/${run}`).toEqual(rates);
    }
  });

  test('without borders and bounds they are those of the plain allocation, to the bit', () => {
    for (let run = 0; run < RUNS / 4; run++) {
      const { sizes, upload, download, flows } = randomNetwork(seededRandom(seed, 'none', run));
      const plain = new PartitionedAllocation(sizes, upload, download);
      const bordered = new PartitionedAllocation(sizes, upload, download, {});
      for (const flow of flows) {
        plain.open(flow);
        bordered.open(flow);
      }
      plain.run();
      bordered.run();
      expect(bordered.rounds).toBe(plain.rounds);
      for (const flow of flows) {
        expect(bordered.rateKbps(flow), `${seed}/none/${run}`).toBe(plain.rateKbps(flow));
      }
    }
  });
});

describe('with one border out of each AS and one into it, in many rounds', () => {
  const RUNS = 40;

  test('rates equal those of progressive filling', () => {
    let rounds = 0;
    for (let run = 0; run < RUNS; run++) {
      const network = gatedNetwork(seededRandom('gates', run));
      expect(network.borders.gates).toBeDefined();
      const allocation = allocationOf(network);
      rounds += allocation.rounds;
      const { flows, upload, download, others } = network;
      const expected = progressiveFilling(flows, upload, download, others);
      for (const [i, rate] of ratesOf(network, allocation).entries()) {
        const error = Math.abs(rate - expected[i]!);
        expect(error, `gates/${run}: flow ${i}`).toBeLessThanOrEqual(1e-9 * expected[i]! + 1e-9);
      }
    }
    expect(rounds).toBeGreaterThan(8 * RUNS);
  });

  test('rates are those of borders that are looked up for each pair of AS, to the bit', () => {
    for (let run = 0; run < RUNS; run++) {
      const network = gatedNetwork(seededRandom('gates', run));
      const lookedUp = { ...network, borders: { ...network.borders, gates: undefined } };
      const rates = ratesOf(network, allocationOf(network));
      expect(ratesOf(network, allocationOf(lookedUp, true)), `gates/${run}`).toEqual(rates);
    }
  });
});

/** A dozen AS that are narrower than their nodes. */
function gatedNetwork(random: Random): Network {
  const sizes = Array.from({ length: 12 }, () => 1 + random.below(4));
  const asOf = sizes.flatMap((size, as) => new Array<number>(size).fill(as));
  const nodeCount = asOf.length;
  const flows: Flow[] = [];
  for (let source = 0; source < nodeCount; source++) {
    for (let slot = 0; slot < 4; slot++) {
      flows.push({ source, target: (source + 1 + random.below(nodeCount - 1)) % nodeCount });
    }
  }
  const routes = uplinkRoutes(sizes.map((_, as) => `AS${as}`));
  const capacities = noCapacities(routes);
  for (let as = 0; as < sizes.length; as++) {
    capacities.outOfAs[as] = 200 + 3_000 * random.unit();
    capacities.intoAs[as] = 200 + 3_000 * random.unit();
  }
  const { table, resources } = bordersFor(routes, sizes.length, capacities, flows, asOf);
  const draw = (): number => 300 + 2_000 * random.unit();
  return {
    sizes,
    upload: Array.from({ length: nodeCount }, draw),
    download: Array.from({ length: nodeCount }, draw),
    flows,
    borders: table,
    boundKbps: undefined,
    others: resources,
  };
}

interface Network {
  readonly sizes: number[];
  readonly upload: number[];
  readonly download: number[];
  readonly flows: Flow[];
  readonly borders: ReturnType<typeof borderTable>;
  readonly boundKbps: ((source: number, target: number) => number) | undefined;
  /** The borders and bounds as plain resources. */
  readonly others: Resource[];
}

/** A few AS, nodes and flows, with capacities that are often equal and sometimes 0. */
function randomNetwork(random: Random): Network {
  const sizes = Array.from({ length: 2 + random.below(5) }, () => 1 + random.below(3));
  const asOf = sizes.flatMap((size, as) => new Array<number>(size).fill(as));
  const nodeCount = asOf.length;
  const classes = [0, 1, 10, 1000 * random.unit(), 2000, 6000, 1e6 * random.unit()];
  const draw = (): number => classes[random.below(8) === 0 ? 0 : 1 + random.below(6)]!;
  const flows: Flow[] = [];
  for (let flow = random.below(4 * nodeCount); flow > 0; flow--) {
    const source = random.below(nodeCount);
    const target = random.below(nodeCount);
    if (source !== target) flows.push({ source, target });
  }
  const routes =
    random.below(2) === 0
      ? uplinkRoutes(sizes.map((_, as) => `AS${as}`))
      : randomRoutes(sizes.length, random.below(4), random);
  const capacities = randomCapacities(routes, random);
  const { table, resources } = bordersFor(routes, sizes.length, capacities, flows, asOf);
  const bounds = [0, 5, 100, 2_000, Infinity, Infinity, 1e4 * random.unit()];
  const isBounded = random.below(2) === 0;
  const boundKbps = (source: number, target: number): number =>
    bounds[(7 * source + 3 * target) % bounds.length]!;
  const ofBounds = flows.flatMap((flow, i): Resource[] => {
    const capacity = boundKbps(flow.source, flow.target);
    return isBounded && capacity < Infinity ? [{ capacity, flows: [i] }] : [];
  });
  return {
    sizes,
    upload: Array.from({ length: nodeCount }, draw),
    download: Array.from({ length: nodeCount }, draw),
    flows,
    borders: table,
    boundKbps: isBounded ? boundKbps : undefined,
    others: [...resources, ...ofBounds],
  };
}

function emptyAllocation(network: Network, isReversed = false): PartitionedAllocation {
  const { sizes, upload, download, borders, boundKbps } = network;
  return new PartitionedAllocation(sizes, upload, download, {
    borders,
    isReversed,
    ...(boundKbps === undefined ? {} : { boundKbps }),
  });
}

function allocationOf(network: Network, isReversed = false): PartitionedAllocation {
  const allocation = emptyAllocation(network, isReversed);
  for (const flow of network.flows) allocation.open(flow);
  allocation.run();
  return allocation;
}

function ratesOf({ flows }: Network, allocation: PartitionedAllocation): number[] {
  return flows.map((flow) => allocation.rateKbps(flow));
}

/**
 * Describes how rates violate the definition: a capacity is exceeded, or a flow has no bottleneck,
 * that is a full resource on which no other flow has a higher rate.
 */
function unfairness(
  { upload, download, flows, others }: Network,
  rates: number[],
): string | undefined {
  const resources = [...resourcesOfNodes(flows, upload, download), ...others];
  const slack = (kbps: number): number => 1e-9 * kbps + 1e-9;
  const sumOf = (resource: Resource): number =>
    resource.flows.reduce((sum, flow) => sum + rates[flow]!, 0);
  for (const [i, resource] of resources.entries()) {
    if (sumOf(resource) > resource.capacity + slack(resource.capacity)) return `${i} exceeded`;
  }
  const isBottleneck = (resource: Resource, flow: number): boolean =>
    resource.flows.includes(flow) &&
    sumOf(resource) >= resource.capacity - slack(resource.capacity) &&
    resource.flows.every((each) => rates[each]! <= rates[flow]! + slack(rates[flow]!));
  for (const flow of flows.keys()) {
    if (!resources.some((resource) => isBottleneck(resource, flow)))
      return `flow ${flow} could grow`;
  }
  return undefined;
}
