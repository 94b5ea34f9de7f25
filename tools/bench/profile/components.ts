/**
 * The components that a profile distinguishes, and the source files of each. All other files are
 * the rest of the program: starting, compiling, making the plan.
 */

export interface ProfiledComponent {
  readonly what: string;
  /** Matches the paths of its source files; the first component that matches counts. */
  readonly files: RegExp;
}

export const COMPONENTS: readonly ProfiledComponent[] = [
  {
    what: 'what neighbours hold: receiving a `have`',
    files: /protocol\/src\/.*(haves|peer-tables)\.|swarm\/.*\bhaves\./,
  },
  {
    what: 'messages between AS: encoding, mailboxes, decoding',
    files: /swarm\/transport\/|protocol\/src\/messages\/|engine\/mailbox\//,
  },
  { what: 'the event queue', files: /engine\/(queue\/|actor)/ },
  {
    what: 'requesting: picker, requests',
    files: /protocol\/src\/.*\b(download|piece-picker|block-queues|bitfield)\b/,
  },
  {
    what: 'choking: rates, slots',
    files: /protocol\/src\/.*\b(choker|upload|rate-meter|upload-statistics)\b/,
  },
  { what: 'leaders and followers', files: /protocol\/src\/.*\b(leader|follower|forwarder)\b/ },
  { what: 'sending pieces: flows, rates', files: /swarm\/nodes\/flow|simulator\/src\/network\// },
  { what: 'peers and their hosts', files: /protocol\/src\/|swarm\/(nodes\/|results\/obs)/ },
  { what: 'windows and barriers', files: /simulator\/src\/engine\// },
];

export const GARBAGE = 'garbage collection';
export const REST = 'the rest of the program';

/** Returns the component of a function, by the URL of its source. */
export function componentOf(url: string, functionName: string): string {
  if (functionName === '(garbage collector)') return GARBAGE;
  return COMPONENTS.find(({ files }) => files.test(url))?.what ?? REST;
}
