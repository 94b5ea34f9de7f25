/**
 * The seeds of repetitions. Repetition r of every combination has the same seed, so that two
 * combinations can be compared pair by pair; and it depends on the campaign's seed and on r alone,
 * so that more repetitions leave the first ones as they were.
 */

import { hash } from 'node:crypto';

import { UserError } from '../../user-error.ts';
import type { ExperimentFile } from './read.ts';

const REPETITIONS_MAX = 1_000_000;
/** As many bits as stay readable, and exact in JSON; among a million seeds hardly two are equal. */
const SEED_HEX_DIGITS = 12;

/** A whole number of 48 bits. */
export function seedOf(campaignSeed: number, repetition: number): number {
  const digest = hash('sha256', `campaign/${campaignSeed}/repetition/${repetition}`, 'hex');
  return Number.parseInt(digest.slice(0, SEED_HEX_DIGITS), 16);
}

/**
 * The seeds that an experiment asks for, each different from the others.
 *
 * @throws UserMistake where they are no seeds, or collide
 */
export function seedsOf({ experiment, places }: ExperimentFile): readonly number[] {
  const { seed = 1, seeds, repeat = 1 } = experiment;
  const refuse = (field: string, problem: string, fix: string): never => {
    throw new UserError({ at: `${places.ofValue([field])}: ${field}`, problem, fix });
  };
  if (seeds !== undefined && experiment.repeat !== undefined) {
    refuse('seeds', 'stands beside "repeat"', 'keep one: seeds are given, or derived from "seed"');
  }
  if (seeds?.length === 0) refuse('seeds', 'is empty, so there would be no runs', 'name a seed');
  if (!isSeed(seed)) refuse('seed', `is ${seed}, which is no seed`, SEED_FIX);
  const odd = seeds?.find((of) => !isSeed(of));
  if (odd !== undefined) refuse('seeds', `has ${odd}, which is no seed`, SEED_FIX);
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > REPETITIONS_MAX) {
    refuse('repeat', `is ${repeat}`, `write a whole number from 1 to ${REPETITIONS_MAX}`);
  }
  const all = seeds ?? Array.from({ length: repeat }, (_, repetition) => seedOf(seed, repetition));
  const again = firstRepeated(all);
  if (again !== undefined) {
    const problem = `gives two repetitions the seed ${again}: they would be one run, counted twice`;
    if (seeds === undefined) refuse('seed', problem, 'set it to another number');
    refuse('seeds', problem, 'keep one of them');
  }
  return all;
}

const SEED_FIX = 'write a whole number, 0 or more';

function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function firstRepeated(values: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return values.find((value) => seen.size === seen.add(value).size);
}
