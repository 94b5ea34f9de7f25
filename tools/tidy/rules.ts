/**
 * The style of this code, as far as a machine can check it: each rule reads one file and says
 * what is wrong and what to do instead. To change a rule, change it here.
 */

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Rule {
  /** What a file that keeps the rule does. */
  readonly name: string;
  /** One line for each place where `file` breaks the rule. */
  readonly broken: (file: SourceFile) => string[];
}

const LINES_MAX = 500;
const COLUMNS_MAX = 100;

/** Parts that behave alike in every run: no clock, no chance and no surroundings of their own. */
const DETERMINISTIC = /^packages\/(std|protocol|tracker|simulator)\/src\//;
/** The part of these that may read a clock: it measures how busy an actor was, if asked. */
const MEASURES = /^packages\/simulator\/src\/engine\/threads\/(worker|busy-times)\.ts$/;
/** The main thread's side of the engine: it has to notice when a worker no longer answers. */
const WATCHES =
  /^packages\/simulator\/src\/engine\/threads\/(coordinator|watchdog|heartbeat)[^/]*\.ts$/;

interface Ban {
  readonly word: RegExp;
  readonly instead: string;
  readonly within: (path: string) => boolean;
  /** Also where it is only written about. */
  readonly inComments?: true;
}

const everywhere = (): boolean => true;
const deterministic = (path: string): boolean => DETERMINISTIC.test(path) && !isTest(path);

const BANNED: readonly Ban[] = [
  { word: /\bMath\.random\b/, instead: 'a Random that is passed in', within: everywhere },
  {
    word: /\b(Date\.now|new Date\b|performance\.now|process\.hrtime)/,
    instead: 'nowMs, passed in',
    within: (path) => deterministic(path) && !MEASURES.test(path),
  },
  {
    word: /\bset(Timeout|Interval|Immediate)\b/,
    instead: 'an event of the run',
    within: (path) => deterministic(path) && !WATCHES.test(path),
  },
  {
    word: /\bMath\.(exp|expm1|log|log10|log1p|pow|sin|cos|tan|sinh|cosh|tanh|cbrt|hypot)\b/,
    instead: 'what is exact on every machine (std has an exponential distribution)',
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
    instead: 'the thing itself, before merging',
    within: everywhere,
    inComments: true,
  },
  {
    word: /\bexport (abstract )?(class|function|interface|type|const) \w*(Manager|Helper|Util)/,
    instead: 'the name that the field has for it',
    within: everywhere,
  },
  { word: /\b(it|test|describe)\.(only|skip)\b/, instead: 'a test that runs', within: isTest },
];

export const RULES: readonly Rule[] = [
  { name: 'a file says at its top what it is', broken: headless },
  { name: `a file has at most ${LINES_MAX} lines`, broken: tooLong },
  { name: `a line has at most ${COLUMNS_MAX} columns`, broken: tooWide },
  { name: 'nothing banned is used', broken: banned },
];

function headless({ path, text }: SourceFile): string[] {
  const titled = isTest(path) || /^(#!.*\n)?\s*(\/\*\*|\/\/)/.test(text);
  return titled ? [] : ['begins without a comment: say what the file is, in one to ten lines'];
}

function tooLong({ text }: SourceFile): string[] {
  const count = text.trimEnd().split('\n').length;
  return count > LINES_MAX ? [`has ${count} lines: split it by concept if it holds several`] : [];
}

/** The tables of a test may be wide. */
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

function lines(text: string, verdict: (line: string) => string | undefined): string[] {
  return text.split('\n').flatMap((line, index) => {
    const complaint = verdict(line);
    return complaint === undefined ? [] : [`line ${index + 1} ${complaint}`];
  });
}
