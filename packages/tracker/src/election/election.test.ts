import type { AsId, PeerId } from '@cachetorrent/protocol';
import { type Random, seededRandom } from '@cachetorrent/std';
import { describe, expect, test } from 'vitest';

import type { LeaderChange } from './as-election.ts';
import { byCapacity, type Candidate } from './candidate.ts';
import { Election, type ElectionOptions } from './election.ts';
import { electForSubTorrents, leaderCount } from './one-shot.ts';
import { ELECTION_POLICIES, type ElectionPolicyName } from './policies/policies.ts';

const HOLD_MS = 300_000;
const AS = 7 as AsId;

function electionOf(options: Partial<ElectionOptions> = {}) {
  const election = new Election({ leaderPercent: 50, random: seededRandom('lots'), ...options });
  return {
    election,
    join: (id: number, uploadKbps: number, atMs: number, asId: number = AS) =>
      election.join({ id: id as PeerId, uploadKbps, downloadKbps: 1 }, asId as AsId, atMs),
    leave: (id: number, atMs: number) => election.leave(id as PeerId, atMs),
    leaders: (atMs: number, subTorrent = 0) => {
      election.review(AS, atMs);
      return [...election.leadersOf(AS, subTorrent)];
    },
  };
}

describe('the number of leaders', () => {
  test.each([
    { rule: 'is a share, rounded down', of: 9, leaderPercent: 30, count: 2 },
    { rule: 'is one at least', of: 3, leaderPercent: 10, count: 1 },
    { rule: 'is at least the minimum', of: 9, leaderPercent: 10, leadersMin: 3, count: 3 },
    { rule: 'is at most the maximum', of: 90, leaderPercent: 30, leadersMax: 5, count: 5 },
    { rule: 'is at most that of candidates', of: 2, leaderPercent: 10, leadersMin: 3, count: 2 },
    { rule: 'is none without candidates', of: 0, leaderPercent: 10, leadersMin: 3, count: 0 },
  ])('$rule', ({ of, count, ...numbers }) => {
    expect(leaderCount(of, numbers)).toBe(count);
    const { join, leaders } = electionOf(numbers);
    for (let id = 1; id <= of; id++) join(id, id, 0);
    expect(leaders(0)).toHaveLength(count);
  });
});

describe('a policy', () => {
  test.each<{ policy: ElectionPolicyName; rule: string; leader: number }>([
    { policy: 'capacity', rule: 'the highest upload capacity', leader: 3 },
    { policy: 'uptime', rule: 'the longest uptime', leader: 1 },
    { policy: 'stability', rule: 'the highest product of both', leader: 2 },
  ])('$policy elects $rule', ({ policy, leader }) => {
    const { join, election, leaders } = electionOf({ policy, leaderPercent: 1, waits: true });
    join(1, 10, 0);
    join(2, 30, 1_000);
    join(3, 40, 3_500_000);
    join(4, 5, 3_500_000);
    expect(leaders(3_600_000)).toEqual([]);
    election.begin(3_600_000);
    expect(leaders(3_600_000)).toEqual([leader]);
  });

  test('random elects each candidate alike, and the same ones with the same seed', () => {
    const elected = (seed: number): number => {
      const random = seededRandom(seed);
      const { join, leaders, election } = electionOf({
        policy: 'random',
        leaderPercent: 1,
        waits: true,
        random,
      });
      for (let id = 0; id < 4; id++) join(id, id, 0);
      election.begin(0);
      return leaders(0)[0]!;
    };
    const drawn = [0, 0, 0, 0];
    for (let seed = 0; seed < 400; seed++) drawn[elected(seed)]!++;
    for (const count of drawn) expect(count).toBeGreaterThan(60);
    expect(elected(5)).toBe(elected(5));
  });

  test.each([
    [0, 1],
    [59_999, 1],
    [60_000, 2],
    [119_999, 2],
    [120_000, 4],
    [86_400_000, 2_048],
    [864_000_000, 2_048],
  ])('stability counts an age of %s ms %s times', (ageMs, factor) => {
    const { weight, nextChangeMs } = ELECTION_POLICIES.stability;
    const candidate: Candidate = { id: 1 as PeerId, uploadKbps: 3, downloadKbps: 1 };
    expect(weight(candidate, 0, ageMs, 0)).toBe(3 * factor);
    const next = nextChangeMs(ageMs);
    expect(next).toBeGreaterThan(ageMs);
    if (next < Infinity) expect(weight(candidate, 0, next, 0)).toBe(6 * factor);
  });
});

describe('a leader', () => {
  test('is not replaced by a better candidate before that has been there for 5 minutes', () => {
    const { join, leaders } = electionOf();
    join(1, 10, 0);
    join(2, 100, 1_000);
    expect(leaders(1_000 + HOLD_MS - 1)).toEqual([1]);
    expect(leaders(1_000 + HOLD_MS)).toEqual([2]);
  });

  test('is not replaced by one that is hardly better', () => {
    const { join, leaders } = electionOf();
    join(1, 10, 0);
    join(2, 15, 0);
    expect(leaders(10 * HOLD_MS)).toEqual([1]);
    join(3, 16, 10 * HOLD_MS);
    expect(leaders(11 * HOLD_MS)).toEqual([3]);
  });

  test('that leaves is replaced at once by the best that is there, however new', () => {
    const { join, leave, leaders } = electionOf();
    join(1, 10, 0);
    join(2, 20, HOLD_MS - 1);
    join(3, 15, 0);
    expect(leave(1, HOLD_MS - 1)).toEqual([
      { id: 1, subTorrent: 0, leads: false },
      { id: 2, subTorrent: 0, leads: true },
    ]);
    expect(leaders(HOLD_MS - 1)).toEqual([2]);
  });

  test('goes on to lead for 5 minutes when fewer are wanted, and then the worst one stops', () => {
    const { join, leave, leaders } = electionOf();
    for (let id = 1; id <= 4; id++) join(id, 10, 0);
    expect(leaders(0)).toEqual([1, 2]);
    leave(3, 1_000);
    expect(leaders(1_000 + HOLD_MS - 1)).toEqual([1, 2]);
    expect(leaders(1_000 + HOLD_MS)).toEqual([1]);
  });

  test('stays if as many are wanted again meanwhile', () => {
    const { join, leave, leaders } = electionOf();
    for (let id = 1; id <= 4; id++) join(id, 10, 0);
    leave(3, 1_000);
    leaders(2_000);
    join(5, 10, HOLD_MS);
    leave(5, HOLD_MS + 1);
    expect(leaders(1_000 + HOLD_MS)).toEqual([1, 2]);
  });

  test('is replaced when its capacity falls', () => {
    const { join, leaders } = electionOf();
    join(1, 10, 0);
    join(2, 9, 0);
    join(1, 5, HOLD_MS);
    expect(leaders(HOLD_MS)).toEqual([2]);
  });

  test('of another AS is no leader here', () => {
    const { join, leaders, election } = electionOf();
    join(1, 10, 0);
    join(2, 9, 0);
    join(1, 10, 1, 8);
    expect(leaders(1)).toEqual([2]);
    expect(election.leadersOf(8 as AsId)).toEqual([1]);
    join(1, 10, 2);
    expect(election.leadersOf(8 as AsId)).toEqual([]);
  });

  test('by stability makes way for one that has as much to give and has stayed four times as long', () => {
    const { join, leave, leaders } = electionOf({ policy: 'stability', leaderPercent: 1 });
    join(1, 100, 0);
    join(2, 10, 0);
    leave(1, 1_000_000);
    join(3, 25, 1_000_000);
    expect(leaders(1_000_000)).toEqual([2]);
    // 3 is seasoned, but younger; when both are old, its capacity counts.
    expect(leaders(1_000_000 + HOLD_MS)).toEqual([2]);
    expect(leaders(200_000_000)).toEqual([3]);
  });
});

describe('a leader that is said to be gone', () => {
  const three = () => {
    const tracker = electionOf();
    for (let id = 1; id <= 3; id++) tracker.join(id, 10, 0);
    const report = (by: string) => tracker.election.report(1 as PeerId, by, 5);
    return { ...tracker, report };
  };

  test('is believed to be there while one says so, however often', () => {
    const { report, leaders } = three();
    for (let n = 0; n < 5; n++) expect(report('a')).toEqual([]);
    expect(leaders(5)).toEqual([1]);
  });

  test('is replaced when two say so', () => {
    const { report, leaders } = three();
    report('a');
    report('b');
    expect(leaders(5)).toEqual([2]);
  });

  test('is a candidate again when it announces itself', () => {
    const { report, leaders, join, leave } = three();
    report('a');
    report('b');
    join(1, 10, 6);
    leave(2, 6);
    leave(3, 6);
    expect(leaders(6)).toEqual([1]);
  });

  test('is there if it announces itself in between', () => {
    const { report, leaders, join } = three();
    report('a');
    join(1, 10, 6);
    report('b');
    expect(leaders(6)).toEqual([1]);
  });

  test('is replaced when the only other one says so', () => {
    const { report, leaders, leave } = three();
    leave(3, 1);
    report('a');
    expect(leaders(5)).toEqual([2]);
  });
});

/** Peers of two AS with random capacities. */
function randomCandidates(random: Random, count: number): Candidate[] {
  return Array.from({ length: count }, (_, id) => ({
    id: id as PeerId,
    uploadKbps: random.below(5),
    downloadKbps: random.below(3),
  }));
}

test('the first elections are those of a swarm in which all come at once', () => {
  for (let run = 0; run < 300; run++) {
    const random = seededRandom('first', run);
    const candidates = randomCandidates(random, random.below(12) + 1);
    const [leaderPercent, subTorrents] = [random.below(101), 1 + random.below(4)];
    const policies = Object.keys(ELECTION_POLICIES) as ElectionPolicyName[];
    const policy = policies[run % policies.length]!;
    const settings = { leaderPercent, policy, leadersMin: 1 + random.below(3), leadersMax: 4 };
    const lots = () => seededRandom('lots', run);
    const election = new Election({ ...settings, subTorrents, waits: true, random: lots() });
    const timed = candidates.map((candidate, i) => ({ candidate, joinedAtMs: 50_000 * i }));
    for (const { candidate, joinedAtMs } of timed) election.join(candidate, AS, joinedAtMs);
    election.begin(600_000);
    const leaders = Array.from({ length: subTorrents }, (_, i) => election.leadersOf(AS, i));
    expect(leaders, `run ${run}`).toEqual(
      electForSubTorrents(timed, settings, subTorrents, 600_000, lots()),
    );
  }
});

test.each(Object.keys(ELECTION_POLICIES) as ElectionPolicyName[])(
  'whoever comes and goes, what has changed is reported, and each leader has a reason: %s',
  (policy) => {
    for (let run = 0; run < 60; run++) checkRun(policy, seededRandom(policy, run), `run ${run}`);
  },
);

/** Lets candidates come, change and go at random, and compares with what the rules say. */
function checkRun(policy: ElectionPolicyName, random: Random, at: string): void {
  const subTorrents = 1 + random.below(3);
  const numbers = { leaderPercent: random.below(60), leadersMin: 1 + random.below(2) };
  const election = new Election({ ...numbers, subTorrents, policy, random });
  const present = new Map<PeerId, Candidate & { sinceMs: number; joinedAtMs: number }>();
  /** For each sub-torrent who leads it, as the reported changes say. */
  const reported = Array.from({ length: subTorrents }, () => new Set<PeerId>());
  let nowMs = 0;
  for (let step = 0; step < 150; step++) {
    nowMs += random.below(60_000);
    const id = random.below(12) as PeerId;
    let changes: readonly LeaderChange[];
    const known = present.get(id);
    if (random.below(3) === 0) {
      changes = election.leave(id, nowMs);
      present.delete(id);
    } else {
      const candidate = { id, uploadKbps: 1 + random.below(9), downloadKbps: 1 };
      changes = election.join(candidate, AS, nowMs);
      const isSame = known?.uploadKbps === candidate.uploadKbps;
      const { joinedAtMs = nowMs } = known ?? {};
      present.set(id, { ...candidate, joinedAtMs, sinceMs: isSame ? known.sinceMs : nowMs });
    }
    changes = [...changes, ...election.review(AS, nowMs)];
    for (const { id: who, subTorrent, leads } of changes) {
      if (leads) reported[subTorrent]!.add(who);
      else reported[subTorrent]!.delete(who);
    }
    const where = `${at}, step ${step}`;
    const all = [...present.values()].sort((a, b) => a.id - b.id);
    const leaders = reported.map((_, i) => [...election.leadersOf(AS, i)]);
    expect(
      leaders.map((ids) => ids.toSorted((a, b) => a - b)),
      where,
    ).toEqual(reported.map((ids) => [...ids].sort((a, b) => a - b)));
    const elected = leaders.filter((ids) => ids.length < all.length || all.length === 1).flat();
    if (all.length > subTorrents * 4) {
      expect(new Set(elected).size, `${where}: nobody leads twice`).toBe(elected.length);
    }
    let remaining = all.length;
    for (const ids of leaders) {
      const wanted = leaderCount(remaining, numbers);
      remaining -= wanted;
      expect(ids.length, `${where}: as many as wanted`).toBeGreaterThanOrEqual(wanted);
    }
    const { weight, margin } = ELECTION_POLICIES[policy];
    if (margin === Infinity) continue;
    const weightOf = (peer: PeerId): number => {
      const candidate = present.get(peer)!;
      return weight(candidate, candidate.joinedAtMs, nowMs - candidate.joinedAtMs, 0);
    };
    const free = all.filter((peer) => !leaders.some((ids) => ids.includes(peer.id)));
    const best = free
      .filter(({ sinceMs }) => nowMs >= sinceMs + HOLD_MS)
      .toSorted((a, b) => weightOf(b.id) - weightOf(a.id) || byCapacity(a, b))[0];
    if (best === undefined) continue;
    for (const peer of leaders.flat()) {
      expect(weightOf(best.id), `${where}: ${peer}`).toBeLessThanOrEqual(margin * weightOf(peer));
    }
  }
}
