/**
 * The seeds of repetitions. Repetition r of every setting has the same seed, so that two settings
 * can be compared pair by pair. The seed depends on the campaign's seed and on r alone, so that
 * further repetitions leave the existing ones unchanged.
 */

import { hash } from 'node:crypto';

import { UserError } from '../../user-error.ts';
import type { ExperimentFile } from './read.ts';

const MAX_REPETITIONS = 1_000_000;
/** 48 bits: short enough to read, exact in JSON, and collisions among a million seeds are rare. */
const SEED_HEX_DIGITS = 12;

/** Returns the seed of a repetition, a 48-bit integer. Repetitions count from 0. */
export function repetitionSeed(campaignSeed: number, repetition: number): number {
  const digest = hash('sha256', `campaign/${campaignSeed}/repetition/${repetition}`, 'hex');
  return Number.parseInt(digest.slice(0, SEED_HEX_DIGITS), 16);
}

/**
 * Returns the seeds of an experiment, one for each repetition, all different.
 *
 * @throws UserError if a seed is invalid or occurs twice
 */
export function seedsOf({ experiment, locations }: ExperimentFile): readonly number[] {
  const { seed = 1, seeds, repeat = 1 } = experiment;
  const fail = (field: string, problem: string, fix: string): never => {
    throw new UserError({ at: `${locations.ofValue([field])}: ${field}`, problem, fix });
  };
  if (seeds !== undefined && experiment.repeat !== undefined) {
    const fix = 'keep one of the two: "repeat" derives the seeds from "seed"';
    fail('seeds', 'cannot be combined with "repeat"', fix);
  }
  if (seeds?.length === 0) fail('seeds', 'is empty, so there would be no runs', 'add a seed');
  if (!isSeed(seed)) fail('seed', `is ${seed}, which is not a seed`, SEED_FIX);
  const invalid = seeds?.find((value) => !isSeed(value));
  if (invalid !== undefined) fail('seeds', `has ${invalid}, which is not a seed`, SEED_FIX);
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > MAX_REPETITIONS) {
    fail('repeat', `is ${repeat}`, `write a whole number from 1 to ${MAX_REPETITIONS}`);
  }
  const all =
    seeds ?? Array.from({ length: repeat }, (_, repetition) => repetitionSeed(seed, repetition));
  const duplicate = firstDuplicate(all);
  if (duplicate !== undefined) {
    const problem = `gives two repetitions the seed ${duplicate}, so one run would count twice`;
    if (seeds === undefined) fail('seed', problem, 'use another number');
    fail('seeds', problem, 'remove one of them');
  }
  return all;
}

const SEED_FIX = `write a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;

function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function firstDuplicate(values: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return values.find((value) => seen.size === seen.add(value).size);
}
