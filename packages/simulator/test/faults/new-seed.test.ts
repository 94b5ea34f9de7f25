/** Seeds that arrive in the course of the run. */

import { expect, test } from 'vitest';

import type { Fault } from '../../src/swarm/plan/faults.ts';
import type { PeerClass, Swarm } from '../../src/swarm/plan/swarm.ts';
import { BASE, runOf, runWith, SECOND } from './faulty-run.ts';

const AT = 60 * SECOND;
const late = (fields: Partial<PeerClass> = {}, atMs = AT): PeerClass => ({
  name: 'seed',
  count: 2,
  arrivals: [{ process: 'at-once', atMs, count: 2 }],
  holdsFile: true,
  uploadKbps: 5_000,
  downloadKbps: 0,
  ...fields,
});
const arrival = (atMs = AT): Fault => ({
  fault: 'seed',
  atMs,
  classIndex: BASE.classes.length,
});
const withLate: Partial<Swarm> = { classes: [...BASE.classes, late()] };

test('they are seeds, and change nothing about the others', () => {
  const { peers, faults, churn } = runWith([arrival()], withLate).result;
  const without = runWith([], {}).result.peers;
  expect(faults).toEqual([{ atMs: AT, event: 'arrival of seeds', peers: 2 }]);
  expect(peers.role.filter((role) => role === 'seed')).toHaveLength(3);
  expect(peers.arrivedAtMs.slice(-2)).toEqual(Float64Array.of(AT, AT));
  expect(peers.completedAtMs.at(-1)! - AT).toBeLessThan(SECOND);
  expect(churn).toMatchObject({ arrivals: 43, completions: 40, seedsAtEnd: 43 });
  for (const column of ['as', 'uploadKbps', 'downloadKbps', 'arrivedAtMs'] as const) {
    expect(peers[column].slice(0, -2), column).toEqual(without[column]);
  }
});

test('one that lives in an AS arrives there', () => {
  const classes = [...BASE.classes, late({ homes: [{ as: 3, share: 1 }] })];
  const { plan, result } = runWith([arrival()], { classes });
  for (const as of result.peers.as.slice(-2)) expect(plan.domainOf(as)).toBe(3);
});

test('they save a swarm whose seed has crashed', () => {
  const crash: Fault = {
    fault: 'crash',
    atMs: 5 * SECOND,
    who: 'peers',
    percent: 100,
    className: 'seed',
  };
  const dead = runWith([crash]).result;
  expect(dead.completion.count).toBe(0);
  const saved = runWith([crash, arrival()], withLate).result;
  expect(saved.completion.count).toBe(40);
});

test('a run that ends when all are complete does not wait for them', () => {
  const { horizonMs: _, ...base } = BASE;
  const HOUR = 3_600 * SECOND;
  const classes = [...BASE.classes, late({}, HOUR)];
  const { result } = runOf({ ...base, classes, faults: [arrival(HOUR)] });
  expect(result.faults).toEqual([{ atMs: HOUR, event: 'arrival of seeds', peers: undefined }]);
  expect(result.completion.count).toBe(40);
  expect(result.durationMs).toBeLessThan(HOUR / 2);
});

test('a swarm that lacks pieces waits for them, if it ends when all are complete', () => {
  const { horizonMs: _, ...base } = BASE;
  const crash: Fault = {
    fault: 'crash',
    atMs: 5 * SECOND,
    who: 'peers',
    percent: 100,
    className: 'seed',
  };
  const HOUR = 3_600 * SECOND;
  const classes = [...BASE.classes, late({}, HOUR)];
  const { result } = runOf({ ...base, classes, faults: [crash, arrival(HOUR)] });
  expect(result.completion.count).toBe(40);
});
