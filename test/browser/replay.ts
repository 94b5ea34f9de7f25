/** The program of a page that fetches a recording and replays it, as plain data. */

import { Recording, SwarmState, type Totals } from '@cachetorrent/recording';

/** What a page has read of a recording. */
export interface Replayed {
  readonly totals: Totals;
  readonly resultHash: string | undefined;
  readonly isComplete: boolean | undefined;
  readonly changes: number;
}

/** Replays the recording whose bytes `source` yields. */
export async function replay(source: () => AsyncIterable<Uint8Array>): Promise<Replayed> {
  const recording = await Recording.open(source, 'recording');
  const state = new SwarmState(recording.header);
  for await (const frame of recording.frames()) frame.cursor().advance(state);
  let count = 0;
  for await (const { changes } of recording) count += changes.length;
  const { isComplete, end } = recording;
  return { totals: state.totals, resultHash: end?.resultHash, isComplete, changes: count };
}

/** The bytes of a file from the server. */
export async function* fetched(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { body } = await fetch(path);
  const reader = body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
