/** What is unusual about the settings of a campaign, once for all of them. */

import { modelWarningsOf } from '@cachetorrent/simulator';

import { type CampaignPlan, formatParameters, type Parameters } from './plan.ts';

/** The ways in which settings of `plan` stretch the model, each with the first of them. */
export function campaignWarnings({ settings }: CampaignPlan): string[] {
  const found = settings.flatMap(({ swarm, parameters }) =>
    modelWarningsOf(swarm).map(({ kind, text }) => ({ kind, text, parameters })),
  );
  return [...Map.groupBy(found, ({ kind }) => kind).values()].map((alike) => {
    const { text, parameters } = alike[0]!;
    return `${whereOf(parameters, alike.length, settings.length)}${text}`;
  });
}

function whereOf(first: Parameters, count: number, of: number): string {
  if (of === 1) return '';
  const settings = count === of ? `all ${of} settings` : `${count} of ${of} settings`;
  return `in ${settings}, first where ${formatParameters(first)}: `;
}
