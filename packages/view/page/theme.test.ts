import { readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';

import type { Palette, Theme } from './theme.ts';

let paletteOf: (name: Theme) => Palette;
beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  ({ paletteOf } = await import('./theme.ts'));
});

const [, light, dark] = readFileSync(new URL('./style.css', import.meta.url), 'utf8').split(
  ':root',
);

test.each([
  { name: 'light', css: light! },
  { name: 'dark', css: dark! },
] as const)('scripts and styles have the same $name colours', ({ name, css }) => {
  const declared = [...css.matchAll(/--([a-z]+): (#[0-9a-f]{6});/g)];
  const styles = Object.fromEntries(declared.map(([, property, colour]) => [property, colour]));
  const { scale, ...colours } = paletteOf(name);
  expect(scale).toHaveLength(6);
  expect(styles).toEqual(colours);
});
