/** docs/configuration.md states every field, and what it states is true. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { FIELD_PATHS, fieldsAt } from '@cachetorrent/simulator/configuration';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import {
  fieldPath,
  FORMER_NAMES,
  optionOf,
  OPTIONS,
  type ParameterValue,
  withField,
} from './parameters.ts';
import { checkedSwarm, parseConfig } from './read.ts';
import { parseTrace } from './trace-file.ts';

const PAGE = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
const NETWORKS = readFileSync(new URL('../../../../docs/networks.md', import.meta.url), 'utf8');
const DYNAMICS = readFileSync(new URL('../../../../docs/dynamics.md', import.meta.url), 'utf8');
/** A file that the reader downloads. */
const DOWNLOADED = '.as-rel2.txt.bz2';
const ORIGINALS = fileURLToPath(new URL('../../test/original/', import.meta.url));

/** A section of a configuration, the heading that describes it, and how to reach its fields. */
const SECTIONS = [
  { heading: 'Top level', path: [], within: [] },
  { heading: '`until`', path: ['until'], within: ['until'] },
  { heading: '`seeds`', path: ['seeds'], within: ['seeds'] },
  { heading: '`classes`', path: ['classes'], within: ['classes', 0] },
  { heading: 'Arrivals of a class', path: ['classes', 'arrivals'], within: [] },
  { heading: 'Distributions', path: ['classes', 'upload'], within: [] },
  { heading: 'Capacities by shares', path: ['classes', 'capacities'], within: [] },
  { heading: 'Where peers live', path: ['classes', 'as'], within: [] },
  { heading: '`faults`', path: ['faults'], within: [] },
  {
    heading: '`network.prices`',
    path: ['network', 'prices'],
    within: ['network', 'prices'],
  },
  { heading: 'Exceptions', path: ['network', 'prices', 'exceptions'], within: [] },
  { heading: 'Groups of peers', path: ['faults', 'crash'], within: [] },
  { heading: 'Caches of providers', path: ['cache', 'providerCaches'], within: [] },
  { heading: 'Changes of capacities', path: ['faults', 'capacity'], within: [] },
  { heading: '`network.borders`', path: ['network', 'borders'], within: [] },
  { heading: '`network.tcp`', path: ['network', 'tcp'], within: [] },
  ...['file', 'arrivals', 'network', 'tracker', 'client', 'cache'].map((name) => ({
    heading: `\`${name}\``,
    path: [name],
    within: [name],
  })),
];

/** The text below a heading, up to the next one. */
function below(heading: string): string {
  const [, text] = PAGE.split(new RegExp(`^#+ ${heading}\n`, 'm'));
  if (text === undefined) throw new Error(`there is no heading "${heading}"`);
  return text.split(/^#/m)[0]!;
}

/** The cells of the rows of a table whose first cell is a name in code. */
function rowsBelow(heading: string): string[][] {
  return below(heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function codeIn(text: string): string[] {
  return Array.from(text.matchAll(/`([^`\n]+)`/g), ([, code]) => code!);
}

describe.each(SECTIONS)('the table of $heading', ({ heading, path, within }) => {
  const rows = rowsBelow(heading);

  test('has a row for each field', () => {
    const documented = rows.flatMap(([field]) => codeIn(field!));
    expect(new Set(documented)).toEqual(new Set(fieldsAt(path)));
  });

  test('states the defaults', () => {
    const base = {
      peers: 200,
      seeds: {},
      classes: [{ name: 'peer', share: 100 }],
      file: { pieces: 9 },
      ...(within.includes('prices') ? { network: { prices: { transit: 2 } } } : {}),
    };
    const swarmOf = (config: object) =>
      checkedSwarm(parseConfig('x.json', JSON.stringify(config))).swarm;
    for (const [field, , , standard] of rows) {
      const [literal] = /^`[^`]+`/.exec(standard!) ?? [];
      if (literal === undefined || literal.endsWith('upload`') || literal.endsWith('download`'))
        continue;
      const name = codeIn(field!)[0]!;
      const value = parse(literal.slice(1, -1)) as ParameterValue;
      expect(swarmOf(withField(base, [...within, name], value)), name).toEqual(swarmOf(base));
    }
  });
});

test('every field that holds a value is named', () => {
  const named = new Set(codeIn(PAGE));
  const names = FIELD_PATHS.map((path) => path.at(-1)!);
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});

test('the quirks are those of the schema', () => {
  expect(codeIn(below('`client.quirks`'))).toEqual(
    expect.arrayContaining([...fieldsAt(['client', 'quirks'])]),
  );
});

describe('a block of code', () => {
  const blocks = Array.from(
    `${PAGE}\n${DYNAMICS}\n${NETWORKS}`.matchAll(/^```(yaml|json)\n(.*?)^```$/gms),
    ([, language, text]) => ({ file: `example.${language}`, text: text! }),
  ).filter(({ text }) => !text.includes(DOWNLOADED));

  test.each(blocks)('is a configuration: $text', ({ file, text }) => {
    const check = () => checkedSwarm(parseConfig(file, text)).swarm.pieces;
    // A file that the reader has to download is the only thing that is missing.
    const download = /topologyFile: (\d{8}\.\S+)/.exec(text)?.[1];
    if (download === undefined) expect(check()).toBeGreaterThan(0);
    else expect(check).toThrow(`${download}: there is no such file`);
  });

  test('is a trace, of classes with the arrivals that it names', () => {
    const [, csv] = /^```csv\n(.*?)^```$/ms.exec(DYNAMICS)!;
    expect(parseTrace('peers.csv', csv!).rows.map(({ class: name, line }) => [name, line])).toEqual(
      [
        ['dsl', 2],
        ['fibre', 3],
        ['dsl', 5],
      ],
    );
  });

  test('is there', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });
});

test('the options are those that override a field', () => {
  const documented = rowsBelow('Names of fields').flatMap(([options, fields]) =>
    codeIn(options!).map((option, i) => [option, codeIn(fields!)[i]]),
  );
  const expected = OPTIONS.map((name) => [optionOf(name), fieldPath(name)!.join('.')]);
  expect(new Set(documented)).toEqual(new Set(expected));
});

describe('files of the original', () => {
  const rows = rowsBelow('Files of the original simulator');

  test('have no other fields', () => {
    const documented = rows.flatMap(([fields]) => codeIn(fields!));
    for (const name of readdirSync(ORIGINALS)) {
      const text = readFileSync(ORIGINALS + name, 'utf8').replace(/\/\/.*/g, '');
      expect(documented).toEqual(expect.arrayContaining(Object.keys(JSON.parse(text) as object)));
    }
  });

  test('become fields of today', () => {
    for (const field of rows.flatMap(([, today]) => codeIn(today!))) {
      expect(fieldPath(field) ?? fieldsAt(field.split('.').slice(0, -1)), field).toBeDefined();
    }
    for (const [former, today] of Object.entries(FORMER_NAMES)) {
      const row = rows.find(([fields]) => codeIn(fields!).includes(former));
      expect(row?.[1], former).toContain(`${fieldPath(today)!.join('.')}\``);
    }
  });
});
