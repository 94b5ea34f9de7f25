/** Composes the rules of a peer: for each quirk, the rule of the original or that of clients. */

import { CLIENT_RULES } from './client.ts';
import { ORIGINAL_RULES } from './original.ts';
import type { Quirks } from './quirks.ts';
import type { Rules } from './rules.ts';

/** Peers that are given the same quirks share the rules. */
const composed = new WeakMap<Quirks, Rules>();

/** The rules of a peer with these quirks. Its host implements `deliverAtAllocations`. */
export function rulesFor(quirks: Quirks): Rules {
  let rules = composed.get(quirks);
  if (rules === undefined) {
    rules = compose(quirks);
    composed.set(quirks, rules);
  }
  return rules;
}

function compose(quirks: Quirks): Rules {
  const by = (quirk: keyof Quirks): Rules => (quirks[quirk] ? ORIGINAL_RULES : CLIENT_RULES);
  return {
    rates: by('staleRates').rates,
    upload: {
      titForTat: by('unstableSort').upload.titForTat,
      optimisticMs: by('redrawOptimistics').upload.optimisticMs,
      sendsDecision: by('repeatChokes').upload.sendsDecision,
      servesChoked: by('serveWhileChoked').upload.servesChoked,
      isDuplicateRequest: by('queueDuplicateRequests').upload.isDuplicateRequest,
    },
    download: {
      requestsOnHave: by('noRequestOnHave').download.requestsOnHave,
      requestsElsewhere: by('requestOnEveryChoke').download.requestsElsewhere,
      beginsInterestOnChoke: by('interestOnlyOnChoke').download.beginsInterestOnChoke,
      endsInterestWhileChoked: by('interestOnlyOnChoke').download.endsInterestWhileChoked,
      announcesDuplicates: by('announceDuplicates').download.announcesDuplicates,
      countsDuplicateHaves: by('countDuplicateHaves').download.countsDuplicateHaves,
    },
    relay: {
      createForwarder: by('duplicateForwards').relay.createForwarder,
      permissions: by('announceOnRelays').relay.permissions,
      startsBeforeAnswer: by('eagerRelays').relay.startsBeforeAnswer,
      forwardsEarlierHaves: by('forwardNewOnly').relay.forwardsEarlierHaves,
    },
  };
}
