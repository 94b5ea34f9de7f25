import type { PeerId, AsId } from '@cachetorrent/protocol';
import { seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import { JoinedPeers } from '../joined-peers.ts';
import { biasedSelection } from './policies/biased.ts';
import { budgetSelection } from './policies/budget.ts';
import { costSelection } from './policies/cost.ts';
import { hopsSelection } from './policies/hops.ts';
import { latencySelection } from './policies/latency.ts';
import {
  NEIGHBOUR_POLICIES,
  type NeighbourPolicyName,
  type NetworkKnowledge,
} from './policies/policies.ts';
import { uniformSelection } from './policies/uniform.ts';

/** Peers with the ids 1 to `count`, in AS `id mod ases`. */
function joinedPeers(count: number, ases: number): JoinedPeers {
  const joined = new JoinedPeers();
  for (let id = 1; id <= count; id++) joined.add(id as PeerId, (id % ases) as AsId);
  return joined;
}

const self = 7 as PeerId;

describe('a uniform selection', () => {
  test.each([
    { rule: 'has as many as requested', count: 20, of: 700, size: 20 },
    {
      rule: 'has as many as requested, even if these are most of all',
      count: 20,
      of: 22,
      size: 20,
    },
    { rule: 'has all others if there are fewer', count: 20, of: 10, size: 9 },
  ])('$rule', ({ count, of, size }) => {
    const chosen = uniformSelection(count).select(
      self,
      0 as AsId,
      joinedPeers(of, 2),
      seededRandom(1),
    );
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size, 'no duplicates').toBe(size);
    expect(chosen).not.toContain(self);
  });

  test.each([3, 60])('chooses all peers with equal frequency, of %s times as many', (ratio) => {
    const joined = joinedPeers(4 * ratio, 2);
    const counts = new Array<number>(4 * ratio + 1).fill(0);
    const random = seededRandom('uniform', ratio);
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) {
      for (const id of uniformSelection(4).select(self, 1 as AsId, joined, random)) counts[id]!++;
    }
    const expected = (4 * trials) / (4 * ratio - 1);
    for (let id = 1; id <= 4 * ratio; id++) {
      if (id !== self)
        expect(Math.abs(counts[id]! - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });
});

describe('a biased selection', () => {
  test.each([
    {
      rule: 'takes the rest from its own AS',
      count: 20,
      percent: 30,
      of: 700,
      least: 14,
      size: 20,
    },
    {
      rule: 'rounds the external number down',
      count: 20,
      percent: 34,
      of: 700,
      least: 14,
      size: 20,
    },
    {
      rule: 'takes all from its own AS at 0 percent',
      count: 20,
      percent: 0,
      of: 700,
      least: 20,
      size: 20,
    },
    {
      rule: 'takes all from any AS at 100 percent',
      count: 20,
      percent: 100,
      of: 700,
      least: 0,
      size: 20,
    },
    {
      rule: 'takes all of its own AS if there are too few',
      count: 20,
      percent: 0,
      of: 70,
      least: 4,
      size: 4,
    },
    {
      rule: 'terminates if an AS has exactly as many as requested',
      count: 4,
      percent: 0,
      of: 70,
      least: 4,
      size: 4,
    },
  ])('$rule', ({ count, percent, of, least, size }) => {
    const joined = joinedPeers(of, 14);
    const chosen = biasedSelection(count, percent).select(self, 7 as AsId, joined, seededRandom(2));
    expect(chosen).toHaveLength(size);
    expect(new Set(chosen).size).toBe(size);
    expect(chosen).not.toContain(self);
    expect(chosen.filter((id) => id % 14 === 7).length).toBeGreaterThanOrEqual(least);
  });
});

/** AS are on a line, and so are peers; the AS of a peer is that of `joinedPeers`. */
const onALine = (from: number, to: number): number => Math.abs(from - to);

describe('a selection by distance', () => {
  const options = { count: 10, externalPercent: 0, sampleSize: 700 };

  test('takes the nearest of a sample that has all peers', () => {
    const chosen = latencySelection(options, onALine).select(
      350 as PeerId,
      0 as AsId,
      joinedPeers(700, 7),
      seededRandom(1),
    );
    expect([...chosen].sort((a, b) => a - b)).toEqual([
      345, 346, 347, 348, 349, 351, 352, 353, 354, 355,
    ]);
  });

  test('takes those of its own AS first, then those behind the fewest links between AS', () => {
    const joined = joinedPeers(70, 14);
    const chosen = hopsSelection({ ...options, sampleSize: 70 }, onALine).select(
      self,
      7 as AsId,
      joined,
      seededRandom(1),
    );
    // There are four others in its own AS, and five in each other one.
    expect(chosen.slice(0, 4).map((id) => id % 14)).toEqual([7, 7, 7, 7]);
    expect(chosen.slice(4).every((id) => [6, 8].includes(id % 14))).toBe(true);
  });

  test('takes the nearest of the sample that is drawn, those drawn first at equal distance', () => {
    for (let seed = 0; seed < 100; seed++) {
      const joined = joinedPeers(70, 14);
      const select = (distance: typeof onALine) =>
        hopsSelection({ count: 5, externalPercent: 0, sampleSize: 20 }, distance).select(
          self,
          7 as AsId,
          joined,
          seededRandom('sample', seed),
        );
      const drawn = uniformSelection(20).select(
        self,
        7 as AsId,
        joined,
        seededRandom('sample', seed),
      );
      const nearest = [...drawn].sort((a, b) => onALine(7, a % 14) - onALine(7, b % 14));
      expect(select(onALine)).toEqual(nearest.slice(0, 5));
      expect(select(() => 1)).toEqual(drawn.slice(0, 5));
      expect(select(() => Infinity)).toEqual(drawn.slice(0, 5));
    }
  });

  test('takes a share from all peers, so that far ones are among them', () => {
    const joined = joinedPeers(700, 2);
    const share = { count: 20, externalPercent: 50, sampleSize: 699 };
    const chosen = latencySelection(share, onALine).select(
      1 as PeerId,
      1 as AsId,
      joined,
      seededRandom(3),
    );
    expect(chosen).toHaveLength(20);
    expect(chosen.slice(0, 10)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(chosen.slice(10).some((id) => id > 100)).toBe(true);
  });
});

describe('a selection by cost', () => {
  test('draws AS with the inverse of their costs as weights, whatever their sizes', () => {
    // The peers 1 to 99 are in AS 0, 100 to 109 in AS 1, 110 to 199 in AS 2.
    const joined = new JoinedPeers();
    const asOf = (id: number): number => (id < 100 ? 0 : id < 110 ? 1 : 2);
    for (let id = 1; id < 200; id++) joined.add(id as PeerId, asOf(id) as AsId);
    const selection = costSelection(4, 25, (from, to) => (from === 0 && to === 1 ? 1 : 3));
    const random = seededRandom('cost');
    const counts = [0, 0, 0];
    const trials = 4_000;
    for (let trial = 0; trial < trials; trial++) {
      for (const id of selection.select(self, 0 as AsId, joined, random)) counts[asOf(id)]!++;
    }
    expect(counts[0]).toBe(3 * trials);
    // A weight of 1 against one of 1/3: three of four, with a standard deviation of 27.
    expect(Math.abs(counts[1]! - 0.75 * trials)).toBeLessThan(5 * 28);
    expect(counts[1]! + counts[2]!).toBe(trials);
  });

  test.each([
    { rule: 'takes more from other AS if its own has too few', of: 14, size: 10, own: 0 },
    { rule: 'takes all others if there are fewer than requested', of: 8, size: 7, own: 0 },
    { rule: 'takes a share from other AS', of: 1_400, size: 10, own: 8 },
  ])('$rule', ({ of, size, own }) => {
    const joined = joinedPeers(of, 14);
    const selection = costSelection(10, 20, () => 2);
    const chosen = selection.select(self, 7 as AsId, joined, seededRandom(1));
    expect(chosen).toHaveLength(size);
    expect(chosen.filter((id) => id % 14 === 7)).toHaveLength(own);
  });

  test('takes nobody from an AS whose cost is infinite, unless all others are chosen', () => {
    const cost = (_: number, to: number): number => (to === 1 ? Infinity : 1);
    const joined = joinedPeers(30, 3);
    const select = (count: number) =>
      costSelection(count, 100, cost).select(3 as PeerId, 0 as AsId, joined, seededRandom(1));
    expect(select(10).filter((id) => id % 3 === 1)).toEqual([]);
    expect(select(29)).toHaveLength(29);
  });
});

/** Answers all peers in order of id, as the tracker does when all have joined. */
function answersTo(joined: JoinedPeers, count: number, budget: number, seed: number) {
  const random = seededRandom('budget', seed);
  const selection = budgetSelection(count, budget);
  const answer = (peer: PeerId): readonly PeerId[] =>
    selection.select(peer, joined.asIdOf(peer)!, joined, random);
  return { selection, answer, answers: joined.all.map((peer) => ({ peer, named: answer(peer) })) };
}

/** The pairs of peers of different AS that have been named, each once. */
function linksIn(
  answers: readonly { readonly peer: PeerId; readonly named: readonly PeerId[] }[],
  joined: JoinedPeers,
): readonly (readonly [number, number])[] {
  const links = new Map<string, readonly [number, number]>();
  for (const { peer, named } of answers) {
    for (const other of named) {
      if (joined.asIdOf(peer) === joined.asIdOf(other)) continue;
      const link = [Math.min(peer, other), Math.max(peer, other)] as const;
      links.set(link.join(), link);
    }
  }
  return [...links.values()];
}

/** The number of parts that links between vertices leave, by plain relabelling. */
function partsOf(vertices: readonly number[], edges: readonly (readonly [number, number])[]) {
  const label = new Map(vertices.map((vertex) => [vertex, vertex]));
  for (const [a, b] of edges) {
    const [kept, replaced] = [label.get(a)!, label.get(b)!];
    for (const [vertex, of] of label) if (of === replaced) label.set(vertex, kept);
  }
  return new Set(label.values()).size;
}

describe('a selection with a budget', () => {
  test('never exceeds it where all have joined, uses it, and cuts no AS off', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = seededRandom('swarms', seed);
      const ases = 2 + random.below(15);
      const budget = 2 + random.below(5);
      const joined = new JoinedPeers();
      for (let id = 1; id <= 2 * ases + random.below(100); id++) {
        joined.add(id as PeerId, (id <= 2 * ases ? id % ases : random.below(ases)) as AsId);
      }
      joined.sort();
      const { answers } = answersTo(joined, 6, budget, seed);
      const links = linksIn(answers, joined);
      const asLinks = links.map(([a, b]) => [
        joined.asIdOf(a as PeerId)!,
        joined.asIdOf(b as PeerId)!,
      ]) as (readonly [AsId, AsId])[];
      const used = joined.asIds.map(
        (asId) => asLinks.flat().filter((each) => each === asId).length,
      );
      const message = `seed ${seed}: ${ases} AS, budget ${budget}, used ${used.join()}`;
      expect(Math.max(...used), message).toBeLessThanOrEqual(budget);
      expect(partsOf(joined.asIds, asLinks), message).toBe(1);
      // At most one AS has links left that it could give to another one.
      const hasPeers = (i: number) => joined.inAs(joined.asIds[i]! as AsId).length >= budget;
      const left = used.filter((count, i) => count < budget && hasPeers(i));
      if (ases > budget) expect(left.length, message).toBeLessThanOrEqual(1);
    }
  });

  test('spreads links: no peer has two where its AS has peers enough', () => {
    const joined = joinedPeers(700, 14);
    const { answers } = answersTo(joined, 20, 40, 1);
    const ends = linksIn(answers, joined).flat();
    // The last AS that has links left has nobody to give one to.
    expect(ends.length).toBeGreaterThan(14 * 40 - 10);
    expect(new Set(ends).size).toBe(ends.length);
    for (const { named } of answers) expect(named).toHaveLength(20);
  });

  test('names a link again to both of its ends, and no other one', () => {
    const joined = joinedPeers(70, 7);
    const { answer, answers } = answersTo(joined, 5, 4, 2);
    const before = linksIn(answers, joined);
    const again = joined.all.map((peer) => ({ peer, named: answer(peer) }));
    expect(new Set(linksIn(again, joined).map(String))).toEqual(new Set(before.map(String)));
  });

  test('gives a peer that is alone in its AS the whole budget', () => {
    const joined = joinedPeers(60, 6);
    joined.add(99 as PeerId, 6 as AsId);
    const selection = budgetSelection(20, 5);
    const named = selection.select(99 as PeerId, 6 as AsId, joined, seededRandom(1));
    expect(named).toHaveLength(5);
    expect(new Set(named).size).toBe(5);
  });

  test('connects an AS that comes when all others have used their budgets', () => {
    const joined = joinedPeers(60, 6);
    const { answer, answers } = answersTo(joined, 5, 2, 3);
    expect(linksIn(answers, joined)).toHaveLength(6);
    joined.add(99 as PeerId, 6 as AsId);
    expect(answer(99 as PeerId)).toHaveLength(1);
  });

  test('gives links that are free again to others, and connects what they had connected', () => {
    for (let seed = 0; seed < 50; seed++) {
      const joined = joinedPeers(60, 6);
      const { selection, answers } = answersTo(joined, 5, 2, seed);
      const gone = linksIn(answers, joined)[0]![0] as PeerId;
      selection.forget!(gone);
      const left = new JoinedPeers();
      for (const peer of joined.all) if (peer !== gone) left.add(peer, joined.asIdOf(peer)!);
      const random = seededRandom('again', seed);
      const again = left.all.map((peer) => ({
        peer,
        named: selection.select(peer, left.asIdOf(peer)!, left, random),
      }));
      const links = linksIn(again, left);
      const asLinks = links.map(([a, b]) => [a % 6, b % 6] as const);
      expect(links, `seed ${seed}`).toHaveLength(6);
      expect(partsOf([0, 1, 2, 3, 4, 5], asLinks), `seed ${seed}`).toBe(1);
    }
  });
});

describe.each(Object.keys(NEIGHBOUR_POLICIES) as NeighbourPolicyName[])(
  'every policy: %s',
  (name) => {
    const knowledge: NetworkKnowledge = {
      hops: (from, to) => (from === to ? 0 : 2),
      latencyMs: (from, to) => 1 + ((from * to) % 97),
      cost: (from, to) => 1 + ((from + to) % 5),
    };

    test('names nobody twice, nor the peer itself, and as many as there are', () => {
      for (let seed = 0; seed < 150; seed++) {
        const random = seededRandom('any swarm', seed);
        const joined = new JoinedPeers();
        const peers = 1 + random.below(random.below(2) === 0 ? 10 : 300);
        const ases = 1 + random.below(12);
        for (let id = 1; id <= peers; id++) joined.add(id as PeerId, random.below(ases) as AsId);
        const count = 1 + random.below(80);
        const selection = NEIGHBOUR_POLICIES[name].make(
          {
            count,
            externalPercent: random.below(101),
            sampleSize: 1 + random.below(100),
            interAsConnections: 2 + random.below(10),
          },
          knowledge,
        );
        for (const peer of joined.all) {
          const asId = joined.asIdOf(peer)!;
          const named = selection.select(peer, asId, joined, random);
          const message = `seed ${seed}, peer ${peer}: ${named.join()}`;
          expect(new Set(named).size, message).toBe(named.length);
          expect(named, message).not.toContain(peer);
          expect(
            named.every((other) => joined.has(other)),
            message,
          ).toBe(true);
          const own = joined.inAs(asId).length - 1;
          // A budget or a bias may leave a small AS with fewer.
          const least = name === 'biased' || name === 'budget' ? own : peers - 1;
          expect(named.length, message).toBeGreaterThanOrEqual(
            name === 'biased' ? 0 : Math.min(count, least),
          );
          expect(named.length, message).toBeLessThanOrEqual(count);
        }
      }
    });

    test('draws from the stream that it is handed only', () => {
      const joined = joinedPeers(100, 5);
      const numbers = { count: 8, externalPercent: 25, sampleSize: 30, interAsConnections: 3 };
      const named = () => {
        const selection = NEIGHBOUR_POLICIES[name].make(numbers, knowledge);
        const random = seededRandom('stream');
        return joined.all.map((peer) =>
          selection.select(peer, joined.asIdOf(peer)!, joined, random),
        );
      };
      expect(named()).toEqual(named());
    });
  },
);
