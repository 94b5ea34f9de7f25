import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { inRepository } from '../files.ts';
import { withSection } from '../runs/markdown.ts';
import { QUIRKS_PAGE, QUIRKS_SECTION, type QuirkRow, sectionOf } from './section.ts';
import { switchesOf } from './switches.ts';

describe('switches', () => {
  const titles = (rules: 'client' | 'original', withLeaders: boolean) =>
    switchesOf(rules, withLeaders).map(({ title }) => title);

  test('are all changed once, in both sets of rules', () => {
    expect(titles('client', true)).toEqual([
      '**client**',
      '`wholePieces` on',
      '`interestInRequestable` on',
      '`haveForEachPiece` on',
      '`idleSlots` on',
      '`repeatChokes` on',
      '`redrawOptimistics` on',
      '`unstableSort` on',
      '`serveWhileChoked` on',
      '`deliverAtAllocations` on',
      '`staleRates` on',
      '`noRequestOnHave` on',
      '`requestOnEveryChoke` on',
      '`interestOnlyOnChoke` on',
      '`announceDuplicates` on',
      '`countDuplicateHaves` on',
      '`duplicateForwards` on',
      '`queueDuplicateRequests` on',
      '`announceOnRelays` on',
      '`eagerRelays` on',
      '`forwardNewOnly` on',
      '50 ms for every message',
      'a seed that chokes as leechers do',
    ]);
    expect(titles('original', true)).toHaveLength(23);
    expect(switchesOf('original', true)[1]).toMatchObject({
      changes: { 'client.quirks.wholePieces': false },
    });
  });

  test('of leaders are changed only with leaders', () => {
    expect(titles('client', false)).not.toContain('`duplicateForwards` on');
    expect(titles('client', false)).toContain('`repeatChokes` on');
  });
});

describe('a table', () => {
  const [base, switched] = switchesOf('client', false).map(({ title }) => title);
  const result = (p50Ms: number) => ({
    redundancy: 2,
    traffic: 10,
    interAsShare: 0.5,
    durationMs: 1,
    resultHash: '',
    completion: { p50Ms, p90Ms: 2000, meanMs: 1, count: 1 },
    leaders: { p50Ms: null, p90Ms: null, meanMs: null, count: 0 },
    followers: { p50Ms: null, p90Ms: null, meanMs: null, count: 0 },
    classes: [],
    messages: { have: 3e6, choke: 1e6 },
  });
  const lines = (rows: readonly QuirkRow[]) =>
    sectionOf('', [{ title: 'T', rows }])
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2);

  test('compares runs seed by seed', () => {
    const [first, second] = lines([
      { title: base!, results: [result(100_000), result(200_000)] },
      // Both seeds rise by a tenth, however different they are.
      { title: switched!, results: [result(110_000), result(220_000)] },
    ]);
    expect(first).toMatch(/\*\*client\*\* +\| +150 \| +2 \| +2\.00 \| +10 \| +4\.00 \| +1\.00 \|/);
    expect(second).toMatch(/\| +165 \(\+10\.0 ± 0\.0 %\) \| +2 \(\+0\.0 ± 0\.0 %\)/);
  });

  test('leaves out missing runs', () => {
    const [, second, third] = lines([
      { title: base!, results: [result(100_000), undefined] },
      { title: switched!, results: [undefined, result(220_000)] },
      { title: switched!, results: [undefined, undefined] },
    ]);
    expect(second).toMatch(/\| +220 \|/);
    expect(third).toMatch(/` on \| +\| +\|/);
  });
});

describe('a section of a page', () => {
  const page = 'before\n<!-- a -->\nold\n<!-- end -->\nafter\n';

  test('is replaced, and nothing else', () => {
    const once = withSection(page, 'a', 'new\n');
    expect(once).toBe('before\n<!-- a -->\n\nnew\n\n<!-- end -->\nafter\n');
    expect(withSection(once, 'a', 'newer')).toBe(once.replace('new', 'newer'));
  });

  test('of quirks is on its page', () => {
    const validation = readFileSync(inRepository(QUIRKS_PAGE), 'utf8');
    expect(withSection(validation, QUIRKS_SECTION, 'new')).not.toBe(validation);
  });

  test('is an error if its comments are missing', () => {
    expect(() => withSection(page, 'b', 'new')).toThrow('has no lines "<!-- b -->"');
  });
});
