/**
 * What the figures say, in three sentences. Written by hand from `docs/published.md`: whoever
 * makes the figures anew reads these again, and changes what no longer follows from them.
 */

export const SENTENCES: readonly string[] = [];
