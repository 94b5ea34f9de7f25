/** The length of the frames of a recording. */

/** Frames of this length are small enough to follow a run, and large enough to compress well. */
const FRAME_MS = 2_000;
/** Frames are no shorter than this for the sake of a timeline. */
const FRAME_MS_MIN = 500;

/**
 * The length of frames, in ms: if there is a timeline, a part of its interval, so that the counters
 * at the end of a frame are those of a row.
 */
export function frameMsFor(timelineMs: number | undefined): number {
  if (timelineMs === undefined || !Number.isInteger(timelineMs)) return FRAME_MS;
  const parts = Math.ceil(timelineMs / FRAME_MS);
  for (let each = parts; timelineMs / each >= FRAME_MS_MIN || each === 1; each++) {
    if (timelineMs % each === 0) return timelineMs / each;
  }
  return FRAME_MS;
}
