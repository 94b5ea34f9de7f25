/** The places of values in a file: `FILE:LINE:COLUMN`, both from 1, as editors show it. */

import type { Path } from '@cachetorrent/simulator/configuration';

/** Finds the places of the values of a configuration. */
export interface Locations {
  /** The location of the value at `path`, or of the innermost value around it. */
  ofValue(path: Path): string;
  /** The location of the name of the field at `path`. */
  ofField(path: Path): string;
  /** The offset of the value at `path` in the text; orders values as they were written. */
  offsetOf(path: Path): number;
}

/** Returns the locations of the values below `prefix`. */
export function locationsBelow(locations: Locations, prefix: Path): Locations {
  return {
    ofValue: (path) => locations.ofValue([...prefix, ...path]),
    ofField: (path) => locations.ofField([...prefix, ...path]),
    offsetOf: (path) => locations.offsetOf([...prefix, ...path]),
  };
}
