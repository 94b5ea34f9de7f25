/**
 * The style rules that a program can check. Each rule reads one file and reports what is wrong and
 * what to do instead.
 */

export interface SourceFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Rule {
  /** What is true of a file that follows the rule. */
  readonly name: string;
  /** Returns a line for each violation in `file`. */
  readonly violations: (file: SourceFile) => string[];
}

/** A longer file needs an entry in `LONG_FILES`. */
const LINES_MAX = 500;
const COLUMNS_MAX = 100;

/**
 * Files of more than `LINES_MAX` lines. Length is advice: a file may be as long as its concept is
 * large. A new entry says why the file is not cut into several.
 */
export const LONG_FILES: readonly LongFile[] = [
  {
    path: 'packages/protocol/src/peer/peer.ts',
    why: 'the interface of a peer: a short method for each message and for each call of a host',
  },
  {
    path: 'packages/protocol/src/peer/download.ts',
    why: 'requests, chokes, endgame and timeouts change the same outstanding requests; parts that stand alone have files of their own',
  },
  {
    path: 'packages/simulator/src/swarm/nodes/autonomous-system.ts',
    why: 'the one place where the events of an AS are handed to its parts',
  },
  {
    path: 'packages/simulator/src/swarm/nodes/hosted-peer.ts',
    why: 'a short method for each call of a peer, and the life of its connections',
  },
  {
    path: 'packages/simulator/src/swarm/transport/transport.ts',
    why: 'a short method for each message, all of which share the buffers of recipients',
  },
];

export interface LongFile {
  readonly path: string;
  readonly why: string;
}

/** Packages that behave the same in every run: they use no clock, randomness or environment. */
const DETERMINISTIC = /^packages\/(std|protocol|tracker|recording|simulator)\/src\//;
/** Files of these packages that may read a clock, to measure how busy an actor was. */
const MEASURES_TIME = /^packages\/simulator\/src\/engine\/threads\/(worker|busy-times)\.ts$/;
/** Files of the main thread that may use timers, to notice when a worker no longer answers. */
const USES_TIMERS =
  /^packages\/simulator\/src\/engine\/threads\/(coordinator|watchdog|heartbeat)[^/]*\.ts$/;

interface Ban {
  readonly word: RegExp;
  /** What to use instead. */
  readonly instead: string;
  readonly within: (path: string) => boolean;
  /** Whether it is banned from comments, too. */
  readonly inComments?: true;
}

const everywhere = (): boolean => true;
const deterministic = (path: string): boolean => DETERMINISTIC.test(path) && !isTest(path);

const BANNED: readonly Ban[] = [
  { word: /\bMath\.random\b/, instead: 'a Random that is passed in', within: everywhere },
  {
    word: /\b(Date\.now|new Date\b|performance\.now|process\.hrtime)/,
    instead: 'nowMs, passed in',
    within: (path) => deterministic(path) && !MEASURES_TIME.test(path),
  },
  {
    word: /\bset(Timeout|Interval|Immediate)\b/,
    instead: 'an event of the run',
    within: (path) => deterministic(path) && !USES_TIMERS.test(path),
  },
  {
    word: /\bMath\.(exp|expm1|log|log10|log1p|pow|sin|cos|tan|sinh|cosh|tanh|cbrt|hypot)\b/,
    instead: 'an exact function (std has an exponential distribution)',
    within: deterministic,
  },
  { word: /\bconsole\./, instead: 'a value that the caller prints', within: deterministic },
  {
    word: /\bprocess\.exit\(/,
    instead: 'process.exitCode, or an error that main turns into one',
    within: (path) =>
      /^packages\/[^/]+\/src\//.test(path) && path !== 'packages/runner/src/main.ts',
  },
  {
    word: /^export default\b/,
    instead: 'a named export',
    within: (path) => !path.endsWith('vitest.config.ts'),
  },
  {
    word: /\b(TODO|FIXME|XXX)\b/,
    instead: 'the finished change',
    within: everywhere,
    inComments: true,
  },
  {
    word: /\bexport (abstract )?(class|function|interface|type|const) \w*(Manager|Helper|Util)/,
    instead: "the field's own name",
    within: everywhere,
  },
  {
    word: /\b(it|test|describe)\.(only|skip)\b/,
    instead: 'a test that always runs',
    within: isTest,
  },
];

export const RULES: readonly Rule[] = [
  { name: 'a file begins with a comment that says what it is', violations: headless },
  { name: `a file has at most ${LINES_MAX} lines, or a reason for more`, violations: tooLong },
  { name: `a line has at most ${COLUMNS_MAX} columns`, violations: tooWide },
  { name: 'nothing banned is used', violations: banned },
];

function headless({ path, text }: SourceFile): string[] {
  const titled = isTest(path) || /^(#!.*\n)?\s*(\/\*\*|\/\/)/.test(text);
  return titled ? [] : ['begins without a comment: say what the file is, in one to ten lines'];
}

/** Tests are as long as their tables. */
function tooLong(file: SourceFile): string[] {
  if (!isLong(file) || isTest(file.path) || LONG_FILES.some(({ path }) => path === file.path))
    return [];
  const advice = 'split it if it holds several concepts, or say why not in LONG_FILES';
  return [`has ${lineCount(file)} lines: ${advice}`];
}

/** Returns the exceptions that have no reason, or whose file does not need one. */
export function staleExceptions(
  files: readonly SourceFile[],
  exceptions: readonly LongFile[] = LONG_FILES,
): string[] {
  const stale = exceptions.filter(({ path, why }) => {
    const file = files.find((each) => each.path === path);
    return file === undefined || !isLong(file) || why.trim() === '';
  });
  return stale.map(({ path }) => path);
}

function isLong(file: SourceFile): boolean {
  return lineCount(file) > LINES_MAX;
}

function lineCount({ text }: SourceFile): number {
  return text.trimEnd().split('\n').length;
}

/** Tables and names of tests may be wide. */
function tooWide({ path, text }: SourceFile): string[] {
  if (isTest(path)) return [];
  return lines(text, (line) =>
    line.length > COLUMNS_MAX ? `has ${line.length} columns: break the line` : undefined,
  );
}

function banned({ path, text }: SourceFile): string[] {
  const bans = BANNED.filter(({ within }) => within(path));
  return lines(text, (line) => {
    const comment = /^\s*(\/\*\*|\*|\/\/)/.test(line);
    const ban = bans.find(({ word, inComments }) => (!comment || inComments) && word.test(line));
    return ban && `has \`${ban.word.exec(line)![0].trim()}\`: use ${ban.instead}`;
  });
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || /^(packages\/[^/]+\/)?test\//.test(path);
}

function lines(text: string, check: (line: string) => string | undefined): string[] {
  return text.split('\n').flatMap((line, index) => {
    const violation = check(line);
    return violation === undefined ? [] : [`line ${index + 1} ${violation}`];
  });
}
