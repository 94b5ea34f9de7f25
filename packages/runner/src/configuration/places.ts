/** Where values stand in a file: `FILE:LINE:COLUMN`, both from 1, as editors show it. */

import type { Path } from '@cachetorrent/simulator/configuration';

/** Tells where the values of a configuration were written. */
export interface Places {
  /** The place of the value at `path`, or else of the innermost value around it. */
  ofValue(path: Path): string;
  /** The place of the name of the field at `path`. */
  ofField(path: Path): string;
  /** The offset of the value at `path` in the text; orders values as they were written. */
  offsetOf(path: Path): number;
}

/** The places in `places` of what stands below `prefix` there. */
export function placesBelow(places: Places, prefix: Path): Places {
  return {
    ofValue: (path) => places.ofValue([...prefix, ...path]),
    ofField: (path) => places.ofField([...prefix, ...path]),
    offsetOf: (path) => places.offsetOf([...prefix, ...path]),
  };
}
