/** What is known of how far a run is, in words. */

import type { RunState } from '../state.ts';
import { secondsText } from '../timeline/clock-text.ts';

/** How far a run is. */
export interface RunStatus {
  readonly kind: 'reading' | 'live' | 'complete' | 'cut' | 'failed';
  /** A word or two, which seldom change. */
  readonly text: string;
  /** More about it, which changes while it goes on. */
  readonly detail: string;
  /** The same in full, if it is cut. */
  readonly whole?: string;
}

/** How many digits of a hash are shown. */
const HASH_SHOWN = 12;

/** How far a run is. */
export function statusOf(run: RunState): RunStatus {
  const until = secondsText(run.untilMs.value);
  const end = run.end.value;
  if (run.error.value !== undefined) {
    return { kind: 'failed', text: 'has an error', detail: `read until ${until}` };
  }
  if (end?.kind === 'complete') {
    const { resultHash } = end;
    return {
      kind: 'complete',
      text: 'complete',
      detail: `${until}, result ${resultHash.slice(0, HASH_SHOWN)}`,
      whole: `result hash ${resultHash}`,
    };
  }
  if (end?.kind === 'cut') {
    return { kind: 'cut', text: 'cut short', detail: `the run was stopped after ${until}` };
  }
  if (run.run.isLive) return { kind: 'live', text: 'live', detail: `simulated until ${until}` };
  return { kind: 'reading', text: 'is being read', detail: `until ${until}` };
}

/** What can still be shown of a run whose recording has an error. */
export function remainderText(run: RunState): string {
  const untilMs = run.untilMs.value;
  if (run.header.value === undefined || untilMs === 0) return 'Nothing of it can be shown.';
  return `The first ${secondsText(untilMs)} can be shown.`;
}
