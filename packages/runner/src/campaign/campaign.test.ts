import { describe, expect, test } from 'vitest';

import { inFolder, FakeEngine, SMALL_EXPERIMENT } from '../../test/campaigns.ts';
import { campaign, type CampaignRun } from './campaign.ts';

const EXPERIMENT = { ...SMALL_EXPERIMENT, vary: { leaders: [20, 50] }, repeat: 2 };

describe('a campaign', () => {
  test('yields its runs as they finish, stored runs first', () =>
    inFolder(async (store) => {
      const first = await collect(campaign(EXPERIMENT, { store, engine: new FakeEngine() }));
      expect(first.map(({ wasStored }) => wasStored)).toEqual([false, false, false, false]);
      const more = { ...EXPERIMENT, repeat: 3 };
      const second = await collect(campaign(more, { store, engine: new FakeEngine() }));
      expect(second.map(({ wasStored }) => wasStored)).toEqual([
        true,
        true,
        true,
        true,
        false,
        false,
      ]);
      expect(second.map(({ parameters }) => parameters)).toContainEqual({ leaders: 50 });
    }));

  test('simulates in threads of this process by default', () =>
    inFolder(async (store) => {
      const [run] = await collect(campaign(SMALL_EXPERIMENT, { store, jobs: 1 }));
      expect(run!.result.completion.count).toBe(19);
    }));

  test('stops when the loop is left, and can be continued', () =>
    inFolder(async (store) => {
      for await (const run of campaign(EXPERIMENT, { store, engine: new FakeEngine() })) {
        expect(run.repetition).toBeTypeOf('number');
        break;
      }
      const rest = await collect(campaign(EXPERIMENT, { store, engine: new FakeEngine() }));
      expect(rest).toHaveLength(4);
    }));

  test('throws at the end if runs have failed', () =>
    inFolder(async (store) => {
      const engine = new FakeEngine(({ repetition }) => 2 * repetition);
      const runs: CampaignRun[] = [];
      const iterate = async () => {
        for await (const run of campaign(EXPERIMENT, { store, engine })) runs.push(run);
      };
      await expect(iterate()).rejects.toThrow('2 runs failed');
      expect(runs).toHaveLength(2);
    }));

  test('rejects an invalid experiment', async () => {
    await expect(collect(campaign({ ...EXPERIMENT, repeat: 0 }))).rejects.toThrow('repeat: is 0');
  });
});

async function collect(runs: AsyncIterable<CampaignRun>): Promise<CampaignRun[]> {
  const list: CampaignRun[] = [];
  for await (const run of runs) list.push(run);
  return list;
}
