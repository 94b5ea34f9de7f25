/**
 * The tracker is silent for a time: what it is told then is lost, as if its host were down. Peers
 * that get no answer ask again, as `AnnounceSchedule` says. It keeps what it knew before.
 */

import type { TrackerSilence } from '../plan/faults.ts';
import type { FaultKind } from './fault-kind.ts';

export const TRACKER_SILENCE: FaultKind<TrackerSilence> = {
  describe: () => 'silence of the tracker',
  check: ({ forMs }, check) => check.duration(forMs),
  times: ({ atMs, forMs }) => [atMs, atMs + forMs],
  apply(event, { tracker }, { step, hit }) {
    if (step === 0) tracker?.beSilent(event, () => hit(1));
    else tracker?.answer(event);
  },
};
