/**
 * The names of the experiments as tables in SQL, where names have no `-` and upper and lower case
 * are the same. Of several experiments with one such name, the one that is written like it has it:
 *
 *     a_b, a-b, A-B     a_b, "a-b", A_B_2
 */

/** Returns a table name for each experiment; `taken` are the names of other tables. */
export function sqlNames(
  experiments: readonly string[],
  taken: readonly string[],
): ReadonlyMap<string, string> {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const names = new Map<string, string>();
  const byLikeness = [...experiments].sort(
    (a, b) => differenceOf(a) - differenceOf(b) || (a < b ? -1 : 1),
  );
  const assign = (experiment: string, candidates: Iterable<string>) => {
    for (const name of candidates) {
      if (used.has(name.toLowerCase())) continue;
      used.add(name.toLowerCase());
      names.set(experiment, name);
      return;
    }
  };
  for (const name of byLikeness) assign(name, [plainOf(name), name]);
  for (const name of byLikeness) if (!names.has(name)) assign(name, numbered(plainOf(name)));
  return names;
}

function plainOf(experiment: string): string {
  return experiment.replaceAll('-', '_');
}

function* numbered(name: string): Iterable<string> {
  for (let n = 2; ; n++) yield `${name}_${n}`;
}

/** The name as it is written in SQL. */
export function quotedIfNeeded(name: string): string {
  return /^[a-z_]\w*$/i.test(name) && !RESERVED.has(name.toLowerCase()) ? name : quotedName(name);
}

/** The name in quotes. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** How much a name differs from how it is usually written in SQL. */
function differenceOf(name: string): number {
  return (name.includes('-') ? 1 : 0) + (/[A-Z]/.test(name) ? 2 : 0);
}

/** The reserved words of DuckDB: `SELECT keyword_name FROM duckdb_keywords()`. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column ' +
    'constraint create default deferrable desc describe distinct do else end except false fetch ' +
    'for foreign from group having in initially intersect into lambda lateral leading limit not ' +
    'null offset on only or order pivot pivot_longer pivot_wider placing primary qualify ' +
    'references returning select show some summarize symmetric table then to trailing true ' +
    'union unique unpivot using variadic when where window with'
  ).split(' '),
);
