/**
 * The replay in a report: the page that shows a run, with its recording inside, if both are small.
 *
 * The run is the median one, by the median completion time, of the first setting that is shown in
 * detail and has leaders; of the first one, if none has. It is simulated again to record it, which
 * takes seconds at most: only a small run has a small recording.
 */

import { gzipSync } from 'node:zlib';

import { pageOf, type ViewData } from '@cachetorrent/view';

import type { RunKey } from '../campaign/experiment/key.ts';
import type { RunRecord } from '../campaign/store/record.ts';
import type { Store } from '../campaign/store/store.ts';
import type { CliEnvironment } from '../cli-environment.ts';
import { messageOf } from '../failure.ts';
import { UserError } from '../user-error.ts';
import { shortKey, simulateStored, storedRunOf } from '../view/stored-run.ts';
import { readTemplate } from '../view/template.ts';
import type { DetailedSetting, ReportData } from './report-data.ts';

/** The replay of a run, or why there is none. */
export interface Replay {
  /** The setting of the run. */
  readonly setting: string;
  readonly key: RunKey;
  readonly seed: number;
  /** A page that shows the run, compressed with gzip, as base64; or why there is none. */
  readonly content: { readonly page: string } | { readonly missing: string };
}

/** The most bytes of a replay in a report, as base64. */
export const REPLAY_BYTES_MAX = 2_000_000;
/** What a recording takes for each piece that a peer stores. */
const BYTES_PER_PIECE = 16;
const BASE64 = 4 / 3;

/**
 * The replay for a report; undefined if it shows no run in detail.
 *
 * @throws the reason of the signal, if it is aborted
 */
export async function replayFor(
  store: Store,
  { details }: Pick<ReportData, 'details'>,
  environment: Pick<CliEnvironment, 'simulate' | 'signal'>,
  maxBytes: number = REPLAY_BYTES_MAX,
): Promise<Replay | undefined> {
  const setting = details.find(hasLeaders) ?? details[0];
  const record = setting && medianRun(setting.records);
  if (record === undefined) return undefined;
  const { key, seed } = record;
  const about = { setting: setting!.name, key, seed };
  try {
    const page = await replayPage(store, record, about.setting, environment, maxBytes);
    return { ...about, content: { page } };
  } catch (error) {
    environment.signal.throwIfAborted();
    return { ...about, content: { missing: reasonOf(error) } };
  }
}

/** The run in the middle by median completion time; of two, the faster one. */
export function medianRun(records: readonly RunRecord[]): RunRecord | undefined {
  const p50Ms = ({ result }: RunRecord): number => result.completion.p50Ms ?? Infinity;
  const finished = records.filter((record) => p50Ms(record) < Infinity);
  const sorted = (finished.length > 0 ? finished : records).toSorted((a, b) => {
    return p50Ms(a) === p50Ms(b) ? a.seed - b.seed : p50Ms(a) - p50Ms(b);
  });
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

async function replayPage(
  store: Store,
  record: RunRecord,
  setting: string,
  environment: Pick<CliEnvironment, 'simulate' | 'signal'>,
  maxBytes: number,
): Promise<string> {
  const template = await readTemplate();
  const run = storedRunOf(store, record);
  const leechers = record.result.peers.role.filter((role) => role !== 'seed').length;
  const pageBytes = BASE64 * gzipSync(template).length;
  const recordingBytes = BASE64 * BYTES_PER_PIECE * leechers * run.swarm.pieces;
  if (pageBytes + recordingBytes > maxBytes) throw new TooLarge();

  const parts: Uint8Array[] = [];
  let bytes = 0;
  const onPart = (part: Uint8Array) => {
    bytes += part.length;
    if (BASE64 * bytes > maxBytes) throw new TooLarge();
    parts.push(part);
  };
  await simulateStored(run, onPart, environment, { signal: environment.signal });
  const id = 'recording-0';
  const data: ViewData = {
    runs: [{ name: setting, isLive: false, recording: { kind: 'embedded', id } }],
  };
  const page = pageOf(template, data, new Map([[id, Buffer.concat(parts)]]));
  const text = gzipSync(page, { level: 9 }).toString('base64');
  if (text.length > maxBytes) throw new TooLarge();
  return text;
}

/** The replay would make the report too large. */
class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** The end of a sentence: why a replay is missing. */
function reasonOf(error: unknown): string {
  if (error instanceof TooLarge) return 'it would make this page larger by more than 2 MB';
  if (!(error instanceof UserError)) return `it fails: ${messageOf(error).split('\n', 1)[0]!}`;
  const { at, problem } = error.problems[0]!;
  return `${at}: ${problem}`;
}

function hasLeaders({ records }: DetailedSetting): boolean {
  return records[0]?.config.cache?.leaders !== undefined;
}

/** The program of the button that shows the replay: without a server, and without a request. */
export const REPLAY_SCRIPT: string = `
document.getElementById('show-replay')?.addEventListener('click', async ({ target }) => {
  target.disabled = true;
  try {
    const packed = atob(document.getElementById('replay').textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const page = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const frame = document.getElementById('replay-frame');
    frame.srcdoc = await new Response(page).text();
    frame.hidden = false;
    target.hidden = true;
    frame.focus();
  } catch (error) {
    target.textContent = 'This browser cannot show the replay: ' + error.message;
  }
});`.trim();

/** What the report says of the run that it replays: its name for people. */
export function replayTitle({ key }: Replay): string {
  return `Show the replay of run ${shortKey(key)}`;
}
