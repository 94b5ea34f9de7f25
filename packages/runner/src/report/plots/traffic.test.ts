import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';

import type { DetailedSetting } from '../report-data.ts';
import { svgForFile } from '../svg.ts';
import { imageUrl } from './traffic-image.ts';
import { trafficPlot } from './traffic.ts';

/** A run in which each AS sends a byte to each. */
function plotOf(asCount: number) {
  const trafficBytes = Array.from({ length: asCount }, () =>
    Array.from({ length: asCount }, () => 1),
  );
  const detail = { name: 'a setting', records: [{ result: { asCount, trafficBytes } }] };
  return trafficPlot([detail as unknown as DetailedSetting])!;
}

/** The tooltips of the cells. */
function cellsOf(asCount: number): string[] {
  const titles = svgForFile(plotOf(asCount)).matchAll(/<title>(from.*?)<\/title>/g);
  return Array.from(titles, ([, title]) => title!);
}

describe('the traffic between AS', () => {
  test('has a cell for each pair of few AS', () => {
    const cells = cellsOf(3);
    expect(cells).toHaveLength(9);
    expect(cells[1]).toBe('from AS 0, to AS 1: 1 bytes');
    expect(plotOf(3).caption).not.toContain('consecutive');
  });

  test('of many AS is an image, a pixel for each pair', () => {
    const plot = plotOf(101);
    const [, url] = /href="(data:image\/png;base64,[^"]+)"/.exec(svgForFile(plot))!;
    const { width, height } = decode(pngIn(url!));
    expect([width, height]).toEqual([101, 101]);
    expect(plot.caption).not.toContain('consecutive');
  });

  test('of more AS than there are pixels is the sum of groups', () => {
    const plot = plotOf(801);
    const [, url] = /href="(data:image\/png;base64,[^"]+)"/.exec(svgForFile(plot))!;
    const { width, height, data } = decode(pngIn(url!));
    expect([width, height]).toEqual([267, 267]);
    // Each is as bright as can be: nine bytes.
    expect(new Set(data).size).toBeLessThanOrEqual(3);
    expect(plot.colourRange).toEqual(['0 bytes', '9 bytes']);
    expect(plot.caption).toContain('stands for 3 consecutive AS.');
  });
});

test('the pixels of an image are the values, from dark to light', () => {
  const { data, channels } = decode(pngIn(imageUrl(Float64Array.of(0, 1, 4, 16), 2, 16)));
  const brightness = Array.from({ length: 4 }, (_, i) =>
    Array.from(data.subarray(i * channels, i * channels + 3)).reduce((a, b) => a + b, 0),
  );
  expect(brightness.toSorted((a, b) => a - b)).toEqual(brightness);
  expect(new Set(brightness).size).toBe(4);
  expect(imageUrl(Float64Array.of(0), 1, 0)).toMatch(/^data:image\/png;base64,/);
});

function pngIn(url: string): Uint8Array {
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
