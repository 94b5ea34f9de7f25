/** docs/campaigns.md names the fields, metrics and columns of today. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { TABLES } from './datasets/columns.ts';
import { planCampaign } from './experiment/plan.ts';
import { parseExperiment } from './experiment/read.ts';
import { EXPERIMENT_FIELDS } from './experiment/schema.ts';
import { METRIC_NAMES } from './metrics.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/campaigns.md`, 'utf8');
const NAMED = new Set(Array.from(PAGE.matchAll(/`([^`\n]+)`/g), ([, code]) => code));

test.each([
  { what: 'field of an experiment', names: EXPERIMENT_FIELDS },
  { what: 'metric', names: METRIC_NAMES },
  ...TABLES.map(({ name, columns }) => ({
    what: `column of ${name}`,
    names: columns.map((column) => column.name),
  })),
])('the page names every $what', ({ names }) => {
  expect(names.filter((name) => !NAMED.has(name))).toEqual([]);
});

test('the experiment of the page is valid', async () => {
  const [, text] = /^```yaml\n(.*?)^```$/ms.exec(PAGE) ?? [];
  const { settings, seeds } = await planCampaign(
    parseExperiment(`${ROOT}examples/experiments/example.yaml`, text!),
  );
  // Six capacities with two protocols each; the condition excludes one.
  expect([settings.length, seeds.length]).toEqual([11, 3]);
});
