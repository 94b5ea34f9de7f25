/**
 * What a run spends on messages of each kind: sending one, and what its receiver does because of
 * it, up to the messages that the receiver sends then. These count for their own kinds.
 *
 * The records that carry messages between AS and the queue of events do not know kinds.
 */

/** What is measured beside the kinds of message. */
export const RECORDS = 'records between AS';
export const QUEUE = 'the event queue';
export const EVENTS = 'passing events to peers';
export const ROUNDS = 'rounds of the chokers, timeouts';
export const FLOWS = 'flows, rates, parts of pieces';
export const OTHER = 'everything else';

/** The functions of some files, and what each counts for. */
interface CountedFunctions {
  readonly file: RegExp;
  /** By name; `*` stands for all others. */
  readonly countsFor: Readonly<Record<string, string>>;
}

/** Methods with the names of messages. */
const OF_MESSAGES = Object.fromEntries(
  [
    'choke',
    'unchoke',
    'interested',
    'notInterested',
    'have',
    'bitfield',
    'request',
    'piece',
    'cancel',
    'allowedFast',
    'leaderStart',
    'uploadOnly',
  ].map((name) => [name, name]),
);

const COUNTED: readonly CountedFunctions[] = [
  {
    file: /protocol\/src\/peer\/peer\./,
    countsFor: {
      ...OF_MESSAGES,
      afterHave: 'have',
      rechoke: ROUNDS,
      arriving: FLOWS,
      sending: FLOWS,
    },
  },
  {
    file: /swarm\/nodes\/hosted-peer\./,
    countsFor: { ...OF_MESSAGES, broadcastHave: 'have', sendBlocks: 'piece', startSending: FLOWS },
  },
  { file: /protocol\/src\/tables\/deferred-haves\./, countsFor: { '*': 'have' } },
  {
    file: /swarm\/transport\/transport\./,
    countsFor: { handleHave: 'have', '#deferHave': 'have', receive: RECORDS },
  },
  {
    file: /swarm\/nodes\/autonomous-system\./,
    countsFor: {
      handle: EVENTS,
      '#handlePeerMessage': EVENTS,
      '#handlePiece': 'piece',
      '#handleSent': 'piece',
      '#handleRechoke': ROUNDS,
      receive: RECORDS,
    },
  },
  { file: /swarm\/nodes\/flows\.|simulator\/src\/network\//, countsFor: { '*': FLOWS } },
  { file: /engine\/mailbox\//, countsFor: { '*': RECORDS } },
  { file: /engine\/(queue\/|actor\.)/, countsFor: { '*': QUEUE } },
];

/** What a function counts for, by the URL of its source; undefined if its caller decides. */
export function countsFor(url: string, functionName: string): string | undefined {
  const found = COUNTED.find(({ file }) => file.test(url))?.countsFor;
  return found?.[functionName] ?? found?.['*'];
}
