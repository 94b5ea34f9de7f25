import { describe, expect, test } from 'vitest';

import { adjustedPValues } from './multiplicity.ts';

describe("Holm's method", () => {
  /** As `p.adjust(p, "holm")` of R gives them. */
  test.each([
    { p: [0.01, 0.02, 0.03, 0.04, 0.05], adjusted: [0.05, 0.08, 0.09, 0.09, 0.09] },
    { p: [0.04, 0.01, 0.02], adjusted: [0.04, 0.03, 0.04] },
    { p: [0.02, 0.5, 0.9], adjusted: [0.06, 1, 1] },
    { p: [0, 1], adjusted: [0, 1] },
    { p: [0.03, 0.03], adjusted: [0.06, 0.06] },
    { p: [0.04], adjusted: [0.04] },
    { p: [], adjusted: [] },
  ])('adjusts $p to $adjusted', ({ p, adjusted }) => {
    const result = adjustedPValues(p);
    expect(result).toHaveLength(adjusted.length);
    adjusted.forEach((value, i) => expect(result[i]).toBeCloseTo(value, 12));
  });
});
