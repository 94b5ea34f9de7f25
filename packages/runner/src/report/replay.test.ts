import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { Recording } from '@cachetorrent/recording';
import { simulate } from '@cachetorrent/simulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { fakeRecord, inFolder, smallCampaign } from '../../test/campaigns.ts';
import { sweepLocally } from '../../test/queue.ts';
import { testEnvironment } from '../../test/test-environment.ts';
import type { PlannedRun } from '../campaign/experiment/plan.ts';
import {
  findStoredCampaign,
  storedCampaignOf,
  writeStoredCampaign,
} from '../campaign/stored-campaign.ts';
import type { RunRecord } from '../campaign/store/record.ts';
import { Store } from '../campaign/store/store.ts';
import { medianRun, type Replay, replayFor } from './replay.ts';
import { writeReport } from './report.ts';
import { reportData } from './report-data.ts';

const TEMPLATE = '<!doctype html><title>the page</title><!-- view data -->';
vi.mock(import('../view/template.ts'), () => ({ readTemplate: () => Promise.resolve(TEMPLATE) }));

/** Without leaders, and with; three runs each. */
const EXPERIMENT = {
  labels: ['protocol'],
  vary: { union: [{ protocol: 'plain' }, { protocol: 'cache', leaders: [30] }] },
  repeat: 3,
};
const environment = testEnvironment({ simulate });

let folder: string;
let store: Store;
let runs: readonly PlannedRun[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  const plan = await smallCampaign(EXPERIMENT);
  ({ runs } = plan);
  await sweepLocally(plan, folder);
  const writable = await Store.open(folder);
  await writeStoredCampaign(writable, storedCampaignOf(plan));
  writable.close();
  store = await Store.openReadOnly(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function replay(maxBytes?: number): Promise<Replay> {
  const data = await reportData(store, findStoredCampaign(store));
  return (await replayFor(store, data, environment, maxBytes))!;
}

function pageOf({ content }: Replay): string {
  if ('missing' in content) throw new Error(content.missing);
  return gunzipSync(Buffer.from(content.page, 'base64')).toString();
}

test('is of the run in the middle, of the first setting with leaders', async () => {
  const { key, seed, setting } = await replay();
  const records = runs.slice(3).map((run) => store.read(run.key));
  const byTime = records.toSorted(
    (a, b) => a.result.completion.p50Ms! - b.result.completion.p50Ms!,
  );
  expect({ key, seed }).toEqual({ key: byTime[1]!.key, seed: byTime[1]!.seed });
  expect(setting).toBe('cache');
});

test('is a page with the recording of that run, which needs nothing else', async () => {
  const found = await replay();
  const page = pageOf(found);
  expect(page.startsWith('<!doctype html><title>the page</title><script')).toBe(true);
  expect(page).toContain('"recording":{"kind":"embedded","id":"recording-0"}');
  const [, text] = /id="recording-0">(.*?)<\/script>/.exec(page)!;
  const source = async function* bytes() {
    yield await Promise.resolve(Buffer.from(text!, 'base64'));
  };
  const recording = await Recording.open(source, 'replay');
  for await (const frame of recording.frames()) expect(frame.toMs).toBeGreaterThan(0);
  expect(recording.end!.resultHash).toBe(store.read(found.key).result.resultHash);
});

test.each([
  { rule: 'it would not fit, without simulating anything', maxBytes: 500 },
  { rule: 'it does not fit after all', maxBytes: 9_500 },
])('is left out if $rule', async ({ maxBytes }) => {
  let simulated = 0;
  const counting = testEnvironment({
    simulate: (...args) => {
      simulated++;
      return simulate(...args);
    },
  });
  const data = await reportData(store, findStoredCampaign(store));
  const found = await replayFor(store, data, counting, maxBytes);
  expect(found!.content).toEqual({
    missing: 'it would make this page larger by more than 2 MB',
  });
  expect(simulated).toBe(maxBytes < 1_000 ? 0 : 1);
});

test('is left out if this version simulates another run, with the reason', () =>
  inFolder(async (other) => {
    const plan = await smallCampaign();
    const writable = await Store.open(other);
    await writeStoredCampaign(writable, storedCampaignOf(plan));
    await writable.put(fakeRecord(plan.runs[0]!));
    const data = await reportData(writable, findStoredCampaign(writable));
    const { content } = (await replayFor(writable, data, environment))!;
    expect(content).toMatchObject({ missing: expect.stringContaining('another result') as string });
    writable.close();
  }));

test('is not waited for when the user stops the command', async () => {
  const stopped = testEnvironment({ simulate, signal: AbortSignal.abort(new Error('stopped')) });
  const data = await reportData(store, findStoredCampaign(store));
  await expect(replayFor(store, data, stopped)).rejects.toThrow('stopped');
});

test('is in the report, which says how to see it otherwise', () =>
  inFolder(async (out) => {
    const page = async (content: Replay['content'] | undefined) => {
      const file = join(out, 'report.html');
      const about = { setting: 'a <b>', key: 'abcdef0123456789', seed: 7 };
      await writeReport(store, findStoredCampaign(store), file, () =>
        Promise.resolve(content && { ...about, content }),
      );
      return readFileSync(file, 'utf8');
    };
    const withIt = await page({ page: 'QUJD' });
    expect(withIt).toContain('<script type="text/plain" id="replay">QUJD</script>');
    expect(withIt).toContain('>Show the replay of run abcdef01</button>');
    expect(withIt).toContain('a &#60;b&#62;: run abcdef0123456789, seed 7');
    const without = await page({ missing: 'it is <large>' });
    expect(without).toContain('It is not in this page: it is &#60;large&#62;. To see it:');
    expect(without).toContain(`cachetorrent view --store ${folder} abcdef0123456789</pre>`);
    expect(without).not.toContain('id="replay"');
    expect(await page(undefined)).not.toContain('Replay');
  }));

test.each([
  { p50Ms: [3, 1, 2], is: 2 },
  { p50Ms: [4, 1, 2, 3], is: 2 },
  { p50Ms: [null, 7, null], is: 7 },
  { p50Ms: [null, null], is: null },
])('the median of $p50Ms is that of $is', ({ p50Ms, is }) => {
  const records = p50Ms.map((each, seed) => ({ seed, result: { completion: { p50Ms: each } } }));
  expect(medianRun(records as unknown as RunRecord[])!.result.completion.p50Ms).toBe(is);
});

test('there is no median of nothing', () => {
  expect(medianRun([])).toBeUndefined();
});
