/** Records runs for tests, and reads recordings from memory. */

import { Recording, type RecordingSource, SwarmState } from '@cachetorrent/recording';
import {
  simulate,
  type SimulateOptions,
  type Simulation,
  type Swarm,
} from '@cachetorrent/simulator';

export interface Recorded extends Simulation {
  /** The recording. */
  readonly bytes: Uint8Array;
}

type Options = Partial<SimulateOptions> & { readonly frameMs?: number };

/** Records a run. */
export async function record(
  swarm: Swarm,
  { frameMs, ...options }: Options = {},
): Promise<Recorded> {
  const parts: Uint8Array[] = [];
  const simulation = await simulate(swarm, {
    seed: 1,
    ...options,
    recording: {
      onPart: (bytes) => void parts.push(bytes),
      ...(frameMs === undefined ? {} : { frameMs }),
    },
  });
  return { ...simulation, bytes: Buffer.concat(parts) };
}

/** The bytes in pieces, as from a file. */
export function sourceOf(bytes: Uint8Array, pieceBytes: number = 10_000): RecordingSource {
  return async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
    }
  };
}

/** Opens a recording in memory. */
export function open(bytes: Uint8Array): Promise<Recording> {
  return Recording.open(sourceOf(bytes), 'a.ctr');
}

/** The state at the end of a recording; calls `atEnd` at the end of each frame. */
export async function stateOf(
  bytes: Uint8Array,
  atEnd: (state: SwarmState, toMs: number) => void = () => {},
): Promise<SwarmState> {
  const recording = await open(bytes);
  const state = new SwarmState(recording.header);
  for await (const frame of recording.frames()) {
    frame.cursor().advance(state);
    atEnd(state, frame.toMs);
  }
  return state;
}
