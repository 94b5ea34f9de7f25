/** The rules of today's BitTorrent clients. */

import { CHOKE } from '../choker/choker.ts';
import { CHOKERS, SEED_CHOKERS } from '../choker/chokers.ts';
import { ForwardOnce } from '../peer/forwarder.ts';
import { MAY_DOWNLOAD, MAY_UPLOAD } from '../tables/connection-flags.ts';
import type { Rules } from './rules.ts';

export const CLIENT_RULES: Rules = {
  rates: {
    add: (meter, row, connection, nowMs) => meter.add(row, connection, nowMs),
    refresh: (meter, row, nowMs) => meter.expire(row, nowMs),
  },
  upload: {
    chokers: CHOKERS,
    seedChokers: SEED_CHOKERS,
    fillsFreeSlots: true,
    sendsBitfield: true,
    finishesBlock: true,
    keepsOptimistics: true,
    sendsDecision: (before, after) => (before === CHOKE) !== (after === CHOKE),
    servesChoked: false,
    isDuplicateRequest: (queued, row, connection, block, count) =>
      queued.hasAny(row, connection, block, count),
  },
  download: {
    requestsOnHave: true,
    requestsElsewhere: (hasLost) => hasLost,
    beginsInterestOnChoke: false,
    endsInterestWhileChoked: true,
    isInterestedInLacked: true,
    announcesDuplicates: false,
    countsDuplicateHaves: false,
  },
  relay: {
    createForwarder: (pieceCount, isStored) => new ForwardOnce(pieceCount, isStored),
    permissions: MAY_UPLOAD | MAY_DOWNLOAD,
    startsBeforeAnswer: false,
    forwardsEarlierHaves: true,
  },
};
