/** The recording of a simulated swarm: its format, and how to write and read it. */

export { type Change } from './change-list.ts';
export type { ChangeVisitor, Moment } from './changes.ts';
export { ChunkEncoder } from './chunk-encoder.ts';
export { type Decoded, RecordingDecoder } from './decoder.ts';
export { RecordingError, type RecordingProblem } from './errors.ts';
export {
  COUNTERS,
  type CounterName,
  type DepartureReason,
  FORMAT_VERSION,
  type Holdings,
  type PartKind,
  type RecordedRole,
} from './format.ts';
export { type Chunk, Frame, type FrameCursor, joinChunks, type PartPlace } from './frame.ts';
export type {
  AsColumns,
  PeerColumns,
  PlannedFault,
  RecordingEnd,
  RecordingHeader,
} from './header.ts';
export { type Part, partBytes, preamble } from './parts.ts';
export { RATE_CODE_MAX, rateCodeOf, rateKbpsOf } from './rate-code.ts';
export { type FrameOfChanges, Recording, type RecordingSource } from './recording.ts';
export { Replay, type ReplayOptions } from './replay.ts';
export type { ReadingVisitor } from './replay-visitor.ts';
export type { Neighbour, NeighboursSnapshot } from './state/neighbours.ts';
export type { PairSumsSnapshot } from './state/pair-sums.ts';
export type { PiecesSnapshot } from './state/pieces.ts';
export type { Flow, FlowVisitor } from './state/rates.ts';
export { SwarmState, type SwarmSnapshot, type WaitsFor } from './state/swarm-state.ts';
export type { Totals } from './state/totals.ts';
