import { describe, expect, test } from 'vitest';

import { CLIENT_RULES } from './client.ts';
import { ORIGINAL_RULES } from './original.ts';
import { CLIENT_QUIRKS, ORIGINAL_QUIRKS, type Quirks } from './quirks.ts';
import type { Rules } from './rules.ts';
import { rulesFor } from './rules-for.ts';

const CHOKERS = ['upload.chokers', 'upload.seedChokers'];

/** For each quirk, the decisions that it changes. */
const DECISIONS: Readonly<Record<keyof Quirks, readonly string[]>> = {
  wholePieces: [...CHOKERS, 'upload.finishesBlock'],
  interestInRequestable: ['download.isInterestedInLacked'],
  haveForEachPiece: ['upload.sendsBitfield'],
  idleSlots: ['upload.fillsFreeSlots'],
  repeatChokes: ['upload.sendsDecision'],
  redrawOptimistics: ['upload.keepsOptimistics'],
  unstableSort: CHOKERS,
  serveWhileChoked: ['upload.servesChoked'],
  deliverAtAllocations: [],
  staleRates: ['rates.add', 'rates.refresh'],
  noRequestOnHave: ['download.requestsOnHave'],
  requestOnEveryChoke: ['download.requestsElsewhere'],
  interestOnlyOnChoke: ['download.beginsInterestOnChoke', 'download.endsInterestWhileChoked'],
  announceDuplicates: ['download.announcesDuplicates'],
  countDuplicateHaves: ['download.countsDuplicateHaves'],
  duplicateForwards: ['relay.createForwarder'],
  queueDuplicateRequests: ['upload.isDuplicateRequest'],
  announceOnRelays: ['relay.permissions'],
  eagerRelays: ['relay.startsBeforeAnswer'],
  forwardNewOnly: ['relay.forwardsEarlierHaves'],
};

test('without quirks the rules are those of clients, with all quirks those of the original', () => {
  expect(rulesFor(CLIENT_QUIRKS)).toEqual(CLIENT_RULES);
  expect(rulesFor(ORIGINAL_QUIRKS)).toEqual(ORIGINAL_RULES);
});

test('every decision belongs to a quirk', () => {
  expect(differences(CLIENT_RULES, ORIGINAL_RULES)).toEqual(
    [...new Set(Object.values(DECISIONS).flat())].toSorted(),
  );
});

describe.each(Object.keys(DECISIONS) as (keyof Quirks)[])('%s', (quirk) => {
  const decisions = DECISIONS[quirk].toSorted();

  test('changes its decisions only when it is switched on', () => {
    const on = rulesFor({ ...CLIENT_QUIRKS, [quirk]: true });
    // A client ranks by bits, for which the sort makes no difference.
    expect(differences(CLIENT_RULES, on)).toEqual(quirk === 'unstableSort' ? [] : decisions);
  });

  test('changes its decisions only when it is switched off', () => {
    expect(differences(ORIGINAL_RULES, rulesFor({ ...ORIGINAL_QUIRKS, [quirk]: false }))).toEqual(
      decisions,
    );
  });
});

function differences(a: Rules, b: Rules): string[] {
  const [ofA, ofB] = [a, b].map(decisionsOf);
  return Object.keys(ofA!)
    .filter((decision) => ofA![decision] !== ofB![decision])
    .toSorted();
}

function decisionsOf(rules: Rules): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rules).flatMap(([side, ofSide]) =>
      Object.entries(ofSide as object).map(([name, decision]) => [
        `${side}.${name}`,
        decision as unknown,
      ]),
    ),
  );
}
