import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { pageOf, templateFile } from './page.ts';
import type { ViewData } from './view-data.ts';

const TEMPLATE = '<body><!-- view data --><p>$& and $1</p></body>';
const NAME = '</script><!-- $& "quoted"';
const DATA: ViewData = {
  runs: [{ name: NAME, isLive: false, recording: { kind: 'embedded', id: 'recording-0' } }],
};

/** The text of the element with this id. */
function textOf(page: string, id: string): string {
  return new RegExp(`<script type="[^"]+" id="${id}">(.*?)</script>`, 's').exec(page)![1]!;
}

test('the data takes the place of the placeholder, and nothing else changes', () => {
  const page = pageOf(TEMPLATE, DATA, new Map());
  expect(page.startsWith('<body><script type="application/json" id="view-data">{')).toBe(true);
  expect(page.endsWith('}</script><p>$& and $1</p></body>')).toBe(true);
});

test('the data is the same when it is read, and ends no element', () => {
  const page = pageOf(TEMPLATE, DATA, new Map());
  expect(page).not.toContain('</script><!--');
  expect(JSON.parse(textOf(page, 'view-data'))).toEqual(DATA);
});

test('files are base64, from a part of a larger buffer, too', () => {
  const bytes = Uint8Array.of(9, 0, 255, 128, 7, 9).subarray(1, 5);
  const page = pageOf(TEMPLATE, DATA, new Map([['recording-0', bytes]]));
  expect([...Buffer.from(textOf(page, 'recording-0'), 'base64')]).toEqual([0, 255, 128, 7]);
});

test.each([
  { what: 'a template without a place for the data', template: '<body>', id: 'a' },
  { what: 'an id that is none', template: TEMPLATE, id: '"><script>' },
])('$what is refused', ({ template, id }) => {
  expect(() => pageOf(template, DATA, new Map([[id, new Uint8Array(1)]]))).toThrow('bug: ');
});

test('the page is in the build of this package', () => {
  const file = fileURLToPath(templateFile());
  expect(file).toMatch(/packages\/view\/dist\/page\.html$/);
  expect(existsSync(file.replace('dist/page.html', 'src/page.ts'))).toBe(true);
});
