import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { PartitionedAllocation } from '../../test/network/partitioned-allocation.ts';
import { type Flow, progressiveFilling } from '../../test/network/progressive-filling.ts';

/**
 * Each row is one rule. A flow `'02'` goes from node 0 to node 2. Capacities that are not given are
 * 1000 kbit/s.
 */
describe('max–min fair rates', () => {
  test.each([
    { rule: 'without flows there are none', flows: [], rates: [] },
    {
      rule: 'a single flow gets the lesser of its two capacities',
      flows: ['01'],
      upload: [300],
      rates: [300],
    },
    {
      rule: 'an upload capacity is shared equally',
      flows: ['01', '02', '03', '04'],
      rates: [250, 250, 250, 250],
    },
    { rule: 'a download capacity is shared equally', flows: ['10', '20'], rates: [500, 500] },
    {
      rule: 'the capacity that one flow cannot use goes to the others',
      flows: ['01', '02', '03'],
      download: [0, 100],
      rates: [100, 450, 450],
    },
    {
      rule: 'resources freeze one after the other, by ascending share',
      flows: ['03', '13', '14', '25'],
      upload: [100, 900, 400],
      download: [0, 0, 0, 400, 800, 5000],
      rates: [100, 300, 600, 400],
    },
    {
      rule: 'two flows between the same nodes count twice',
      flows: ['01', '01', '02'],
      upload: [300],
      rates: [100, 100, 100],
    },
    {
      rule: 'without capacity the rate is 0',
      flows: ['01', '21', '20'],
      upload: [0],
      rates: [0, 500, 500],
    },
    { rule: 'a node may upload and download at once', flows: ['01', '10'], rates: [1000, 1000] },
  ])('$rule', ({ flows, rates, upload = [], download = [] }) => {
    const capacity = (given: number[]) => Array.from({ length: 6 }, (_, i) => given[i] ?? 1000);
    const allocation = new PartitionedAllocation([2, 1, 3], capacity(upload), capacity(download));
    const opened = flows.map((flow) => ({ source: Number(flow[0]), target: Number(flow[1]) }));
    for (const flow of opened) allocation.open(flow);

    allocation.run();

    expect(opened.map((flow) => allocation.rateKbps(flow))).toEqual(rates);
  });

  test('follow added and removed flows', () => {
    const allocation = new PartitionedAllocation([1, 2], [300, 300, 300], [900, 900, 900]);
    const first = { source: 0, target: 1 };
    const second = { source: 0, target: 2 };
    allocation.open(first);
    allocation.open(second);
    allocation.run();
    expect(allocation.rateKbps(second)).toBe(150);

    allocation.close(first);
    allocation.run();
    expect(allocation.rateKbps(second)).toBe(300);

    allocation.close(second);
    allocation.run();
    expect(allocation.rounds).toBe(0);
  });

  test('require that a removed flow was added', () => {
    const allocation = new PartitionedAllocation([2], [300, 300], [900, 900]);
    expect(() => allocation.close({ source: 0, target: 1 })).toThrow('only a flow that was added');
  });
});

describe('on random networks', () => {
  const seed = 'allocation';

  test('rates equal those of progressive filling', () => {
    for (let run = 0; run < 3_000; run++) {
      const network = randomNetwork(seededRandom(seed, run));
      const allocation = allocationOf(network, [network.upload.length]);
      const expected = progressiveFilling(network.flows, network.upload, network.download);
      for (const [i, flow] of network.flows.entries()) {
        const rate = allocation.rateKbps(flow);
        const tolerance = 1e-9 * expected[i]! + 1e-9;
        expect(rate, `${seed}/${run}: flow ${i}`).toBeGreaterThanOrEqual(expected[i]! - tolerance);
        expect(rate, `${seed}/${run}: flow ${i}`).toBeLessThanOrEqual(expected[i]! + tolerance);
      }
    }
  });

  test('rates respect capacities and are max–min fair', () => {
    for (let run = 0; run < 3_000; run++) {
      const network = randomNetwork(seededRandom(seed, run));
      const allocation = allocationOf(network, [network.upload.length]);
      expect(
        unfairness(
          network,
          network.flows.map((flow) => allocation.rateKbps(flow)),
        ),
        `${seed}/${run}`,
      ).toBeUndefined();
    }
  });

  test('rates are equal to the bit for every partition of the nodes', () => {
    for (let run = 0; run < 1_000; run++) {
      const random = seededRandom(seed, 'partition', run);
      const network = randomNetwork(random);
      const nodeCount = network.upload.length;
      const whole = ratesOf(network, allocationOf(network, [nodeCount]));
      expect(
        ratesOf(network, allocationOf(network, new Array<number>(nodeCount).fill(1))),
        `${seed}/partition/${run}`,
      ).toEqual(whole);
      expect(
        ratesOf(network, allocationOf(network, randomPartition(nodeCount, random))),
        `${seed}/partition/${run}`,
      ).toEqual(whole);
    }
  });

  test('rates do not depend on the order in which flows were added and removed', () => {
    for (let run = 0; run < 500; run++) {
      const random = seededRandom(seed, 'history', run);
      const network = randomNetwork(random);
      const allocation = new PartitionedAllocation(
        randomPartition(network.upload.length, random),
        network.upload,
        network.download,
      );
      const open: Flow[] = [];
      for (let step = 0; step < 4 * network.flows.length; step++) {
        const flow = network.flows[random.below(network.flows.length)]!;
        if (random.below(3) > 0) {
          open.push(flow);
          allocation.open(flow);
        } else if (open.length > 0) {
          allocation.close(open.splice(random.below(open.length), 1)[0]!);
        }
        if (random.below(5) === 0) allocation.run();
      }
      allocation.run();

      const fresh = allocationOf({ ...network, flows: open }, [network.upload.length]);
      for (const flow of open) {
        expect(allocation.rateKbps(flow), `${seed}/history/${run}`).toBe(fresh.rateKbps(flow));
      }
    }
  });
});

interface Network {
  readonly upload: number[];
  readonly download: number[];
  readonly flows: Flow[];
}

/** A few nodes and flows, with capacities that are often equal and sometimes 0. */
function randomNetwork(random: Random): Network {
  const nodeCount = 2 + random.below(9);
  const classes = [0, 1, 10, 1000 * random.unit(), 2000, 6000, 1e6 * random.unit()];
  const draw = (): number => classes[random.below(8) === 0 ? 0 : 1 + random.below(6)]!;
  const flows: Flow[] = [];
  for (let flow = random.below(4 * nodeCount); flow > 0; flow--) {
    const source = random.below(nodeCount);
    const target = random.below(nodeCount);
    if (source !== target) flows.push({ source, target });
  }
  return {
    upload: Array.from({ length: nodeCount }, draw),
    download: Array.from({ length: nodeCount }, draw),
    flows,
  };
}

function randomPartition(nodeCount: number, random: Random): number[] {
  const sizes: number[] = [];
  for (let rest = nodeCount; rest > 0; rest -= sizes.at(-1)!) sizes.push(1 + random.below(rest));
  return sizes;
}

function allocationOf(
  { upload, download, flows }: Network,
  sizes: number[],
): PartitionedAllocation {
  const allocation = new PartitionedAllocation(sizes, upload, download);
  for (const flow of flows) allocation.open(flow);
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
function unfairness({ upload, download, flows }: Network, rates: number[]): string | undefined {
  const atUpload = (node: number) => rates.filter((_, i) => flows[i]!.source === node);
  const atDownload = (node: number) => rates.filter((_, i) => flows[i]!.target === node);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const slack = (capacity: number) => 1e-9 * capacity + 1e-9;

  for (const node of upload.keys()) {
    const uploadMax = upload[node]! + slack(upload[node]!);
    const downloadMax = download[node]! + slack(download[node]!);
    if (sum(atUpload(node)) > uploadMax) return `upload ${node} exceeded`;
    if (sum(atDownload(node)) > downloadMax) return `download ${node} exceeded`;
  }
  for (const [i, { source, target }] of flows.entries()) {
    const isBottleneck = (capacity: number, others: number[]): boolean =>
      sum(others) >= capacity - slack(capacity) &&
      Math.max(...others) <= rates[i]! + slack(rates[i]!);
    if (
      !isBottleneck(upload[source]!, atUpload(source)) &&
      !isBottleneck(download[target]!, atDownload(target))
    )
      return `flow ${i} could grow`;
  }
  return undefined;
}
