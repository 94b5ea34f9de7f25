/**
 * The parts that a run's time is told of, and the source files that each of them is made of. What
 * no part names is the program around them: starting, compiling, making the plan.
 */

export interface Part {
  readonly what: string;
  /** A source file whose path matches is of this part; the first part that fits counts. */
  readonly files: RegExp;
}

export const PARTS: readonly Part[] = [
  {
    what: 'what neighbours hold: hearing a `have`',
    files: /protocol\/src\/(early-haves|peer-tables)|swarm\/haves/,
  },
  {
    what: 'mail between AS: encoding, mailboxes, decoding',
    files: /swarm\/(carrier|mail|envelope|ends|arrivals)|protocol\/src\/codec|engine\/(in|out)box/,
  },
  { what: 'the queue of events', files: /engine\/(event-queue|today|slot-heap|actor)/ },
  {
    what: 'asking: picker, requests',
    files: /protocol\/src\/(download|piece-picker|piece-queues|bitfield)/,
  },
  { what: 'choking: rates, slots', files: /protocol\/src\/(upload|choker|rate-meter|services)/ },
  { what: 'leaders and followers', files: /protocol\/src\/(leader|follower|forwarder)/ },
  { what: 'sending pieces: flows, rates', files: /swarm\/flow|simulator\/src\/network\// },
  {
    what: 'peers and their hosts',
    files: /protocol\/src\/(peer|connections)|swarm\/(hosted-peer|autonomous-system|node|obser)/,
  },
  { what: 'windows and barriers', files: /engine\/(loop|board|barrier|window|decision|hosted)/ },
];

export const GARBAGE = 'garbage collection';
export const REST = 'the program around them';

/** Which part a function belongs to, by the URL of its source. */
export function partOf(url: string, functionName: string): string {
  if (functionName === '(garbage collector)') return GARBAGE;
  return PARTS.find(({ files }) => files.test(url))?.what ?? REST;
}
