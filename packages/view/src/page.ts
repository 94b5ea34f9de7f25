/**
 * The page as one file: `page.html`, which the build has bundled, with what it shows inside.
 *
 *     <!-- view data -->  ─▶  <script type="application/json" id="view-data">{"runs":…}</script>
 *                             <script type="text/plain" id="recording-0">iUNUUg0KGgo…</script>
 */

import type { ViewData } from './view-data.ts';

/** What the page has in the place of the data. */
const PLACEHOLDER = '<!-- view data -->';

/**
 * The page that shows `data`.
 *
 * @param template The content of `templateFile()`.
 * @param files The embedded files that `data` names, by the ids of their elements.
 * @throws Error if `template` has no place for the data
 */
export function pageOf(
  template: string,
  data: ViewData,
  files: ReadonlyMap<string, Uint8Array>,
): string {
  const start = template.indexOf(PLACEHOLDER);
  if (start < 0) throw new Error(`bug: the page has no "${PLACEHOLDER}"`);
  const elements = [...files].map(([id, bytes]) => elementOf('text/plain', id, base64Of(bytes)));
  return [
    template.slice(0, start),
    elementOf('application/json', 'view-data', jsonOf(data)),
    ...elements,
    template.slice(start + PLACEHOLDER.length),
  ].join('');
}

/**
 * Where the page is: `dist/page.html` of this package, from its sources as from its build. Code
 * that has been bundled finds it where the package is installed.
 */
export function templateFile(): URL {
  return new URL('../dist/page.html', import.meta.resolve('@cachetorrent/view'));
}

function elementOf(type: string, id: string, text: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error(`bug: "${id}" is no id of an element`);
  return `<script type="${type}" id="${id}">${text}</script>`;
}

/** Nothing in it can end the element: a `<` is only in strings. */
function jsonOf(data: ViewData): string {
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
}

function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
