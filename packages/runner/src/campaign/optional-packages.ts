/**
 * Loads the packages that only some commands need. They are optional peer dependencies: they are
 * not installed together with this package, and not loaded before they are used.
 */

import type * as DuckDB from '@duckdb/node-api';
import type * as BullMQ from 'bullmq';
import type * as IORedis from 'ioredis';

import { UserError } from '../user-error.ts';

/** @throws UserError if BullMQ is not installed */
export function loadBullMq(): Promise<typeof BullMQ> {
  return load(() => import('bullmq'), QUEUE);
}

/** @throws UserError if ioredis is not installed */
export function loadIoRedis(): Promise<typeof IORedis> {
  return load(() => import('ioredis'), QUEUE);
}

/** @throws UserError if DuckDB is not installed */
export function loadDuckDb(): Promise<typeof DuckDB> {
  return load(() => import('@duckdb/node-api'), {
    feature: 'query',
    packages: ['@duckdb/node-api'],
    alternative: ', or read the datasets with another program',
  });
}

interface OptionalFeature {
  /** What needs the packages, as it is called on the command line. */
  readonly feature: string;
  readonly packages: readonly string[];
  readonly alternative?: string;
}

const QUEUE: OptionalFeature = { feature: 'the queue in Redis', packages: ['bullmq', 'ioredis'] };

async function load<Module>(
  importModule: () => Promise<Module>,
  { feature, packages, alternative = '' }: OptionalFeature,
): Promise<Module> {
  try {
    return await importModule();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const needed = `needs ${packages.join(' and ')}`;
    const problem =
      code === 'ERR_MODULE_NOT_FOUND'
        ? `${needed}, which ${packages.length === 1 ? 'is' : 'are'} not installed`
        : `${needed}, which cannot be loaded: ${message}`;
    const fix = `install with: npm install ${packages.join(' ')}${alternative}`;
    throw new UserError({ at: feature, problem, fix });
  }
}
