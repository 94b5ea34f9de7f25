import { expect, test } from 'vitest';

import { planCampaign } from './plan.ts';
import { experimentFromObject } from './read.ts';
import { campaignWarnings } from './warnings.ts';

const warningsOf = async (vary: object): Promise<string[]> => {
  const base = { peers: 100, upload: '1 Mbit/s', file: { size: '256 MiB' } };
  return campaignWarnings(await planCampaign(experimentFromObject({ name: 'e', base, vary })));
};

test.each([
  { rule: 'none where no setting stretches the model', vary: { pieceSize: ['256 KiB'] }, is: [] },
  {
    rule: 'one for all settings that are alike',
    vary: { pieceSize: ['256 KiB', '16 MiB', '32 MiB'] },
    is: [/^in 2 of 3 settings, first where pieceSize=16777216: a piece takes /],
  },
  {
    rule: 'the setting is left out where there is one only',
    vary: { pieceSize: '16 MiB' },
    is: [/^a piece takes /],
  },
  {
    rule: 'one of each kind',
    vary: { pieceSize: '16 MiB', allocationInterval: ['1 s', '8 s'] },
    is: [/^in all 2 settings, .*: a piece takes /, /^in 1 of 2 settings, .*: rates are allocated/],
  },
])('$rule', async ({ vary, is }) => {
  expect(await warningsOf(vary)).toEqual(is.map((each) => expect.stringMatching(each) as unknown));
});
