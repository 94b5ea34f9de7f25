/** How far AS are from each other: the links between AS on the way from one to another. */

import type { Routes } from './routes.ts';

/** The number of links between AS on the route from one hosting AS to another; 0 within an AS. */
export function hopsBetween({ start }: Routes, asCount: number, from: number, to: number): number {
  const route = from * asCount + to;
  return start[route + 1]! - start[route]!;
}
