/** Composes the rules of a peer: for each quirk, the rule of the original or that of clients. */

import { WHOLE_PIECE_CHOKERS, WHOLE_PIECE_SEED_CHOKERS } from '../choker/whole-pieces.ts';
import { CLIENT_RULES } from './client.ts';
import { ORIGINAL_RULES } from './original.ts';
import type { Quirks } from './quirks.ts';
import type { Rules, UploadRules } from './rules.ts';

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
  const chokers = chokersFor(quirks);
  return {
    rates: by('staleRates').rates,
    upload: {
      chokers: chokers.chokers,
      seedChokers: chokers.seedChokers,
      fillsFreeSlots: by('idleSlots').upload.fillsFreeSlots,
      sendsBitfield: by('haveForEachPiece').upload.sendsBitfield,
      finishesBlock: by('wholePieces').upload.finishesBlock,
      keepsOptimistics: by('redrawOptimistics').upload.keepsOptimistics,
      sendsDecision: by('repeatChokes').upload.sendsDecision,
      servesChoked: by('serveWhileChoked').upload.servesChoked,
      isDuplicateRequest: by('queueDuplicateRequests').upload.isDuplicateRequest,
    },
    download: {
      requestsOnHave: by('noRequestOnHave').download.requestsOnHave,
      requestsElsewhere: by('requestOnEveryChoke').download.requestsElsewhere,
      beginsInterestOnChoke: by('interestOnlyOnChoke').download.beginsInterestOnChoke,
      endsInterestWhileChoked: by('interestOnlyOnChoke').download.endsInterestWhileChoked,
      isInterestedInLacked: by('interestInRequestable').download.isInterestedInLacked,
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

/**
 * The chokers of clients rank by bits; where pieces are moved whole, those that rank by pieces are
 * used, with a stable sort unless the quirk says otherwise.
 */
function chokersFor(quirks: Quirks): Pick<UploadRules, 'chokers' | 'seedChokers'> {
  if (!quirks.wholePieces) return CLIENT_RULES.upload;
  if (quirks.unstableSort) return ORIGINAL_RULES.upload;
  return { chokers: WHOLE_PIECE_CHOKERS, seedChokers: WHOLE_PIECE_SEED_CHOKERS };
}
