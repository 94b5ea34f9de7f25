/**
 * A report as one HTML file, which shows itself anywhere and asks nobody for anything: its plots
 * are drawings within it, its style and its one script (which sorts tables) as well, and a policy
 * in its head forbids it the network.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { stringify } from 'yaml';

import { type FigureName, FIGURE_NAMES } from '../campaign/figures.ts';
import { VERSION } from '../version.ts';
import type { ReportData } from './data.ts';
import { STYLE } from './style.ts';
import { type Drawing, escaped, svgForPage } from './svg.ts';
import { comparisonTable, runsTable, summaryTable } from './tables.ts';

export interface Sections {
  /** Figures over parameters. */
  readonly curves: readonly Drawing[];
  /** What single combinations did. */
  readonly details: readonly Drawing[];
  /** The folder of the same plots as files, seen from the page. */
  readonly plotFolder: string;
}

const require = createRequire(import.meta.url);
const SCRIPT = ['sortable.min.js', 'sortable.a11y.min.js']
  .map((name) => readFileSync(require.resolve(`sortable-tablesort/dist/${name}`), 'utf8').trim())
  .join('\n');

const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

export function pageOf(data: ReportData, sections: Sections): string {
  const { experiment } = data.listing;
  const title = experiment.title ?? experiment.name;
  const measure = measured(data);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="CacheTorrent ${VERSION}">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${experiment.description === undefined ? '' : `<p>${escaped(experiment.description.trim())}</p>`}
<nav aria-label="Sections"><a href="#results">Results</a><a href="#details">Single combinations</a>
<a href="#tables">Tables</a><a href="#how">How it was made</a></nav>
${warnings(data)}
<h2 id="results">Results</h2>
<div class="plots">${sections.curves.map((drawing) => figure(drawing, sections)).join('\n')}</div>
<h2 id="details">Single combinations</h2>
<div class="plots wide">${sections.details.map((of) => figure(of, sections)).join('\n')}</div>
<h2 id="tables">Tables</h2>
<p>A click on a head sorts by its column, another turns the order round. Means are over repetitions;
what follows the ± is half of the 95 % confidence interval.</p>
${summaryTable(data, measure)}
${comparisonTable(data, measure)}
<details><summary>All runs</summary>${runsTable(data, measure)}</details>
<h2 id="how">How it was made</h2>
${howItWasMade(data)}
<footer>Made by CacheTorrent ${VERSION}. Curves are in the colours of Okabe and Ito, shades in
cividis; both are told apart by people who see colours differently.</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Those that the experiment names; otherwise those that it draws; otherwise the usual ones. */
function measured({ listing: { experiment } }: ReportData): readonly FigureName[] {
  const drawn = (experiment.plots ?? []).flatMap(({ y }) => y);
  const wanted = experiment.measure ?? (drawn.length > 0 ? drawn : USUAL);
  return FIGURE_NAMES.filter((name) => wanted.includes(name));
}

const USUAL: readonly FigureName[] = ['redundancy', 'interAsShare', 'p50Ms', 'p90Ms', 'meanMs'];

function figure(drawing: Drawing, { plotFolder }: Sections): string {
  const files = `${plotFolder}/${drawing.name}`;
  return `<figure id="${escaped(drawing.name)}"><h3>${escaped(drawing.title)}</h3>
<div class="scroll">${svgForPage(drawing)}</div>
<figcaption>${escaped(drawing.caption)}
As files: <code>${escaped(files)}.svg</code>, <code>.png</code>.
</figcaption></figure>`;
}

function warnings({ cells, failures, damaged, listing }: ReportData): string {
  const runs = cells.flatMap(({ runs: of }) => of);
  const missing = runs.filter(({ figures }) => figures === undefined).length;
  const told: string[] = [];
  if (missing > 0) {
    told.push(`${missing} of ${runs.length} runs are missing; what follows is about the others.`);
  }
  for (const { key, error, command } of failures) {
    told.push(`Run ${key} failed: ${error.split('\n', 1)[0]!} To see it again: ${command}`);
  }
  for (const { file, problem } of damaged) told.push(`${file} ${problem}, and is left out.`);
  if (listing.seeds.length === 1) {
    told.push('There is one repetition: nothing says how much of a difference is chance.');
  } else if (listing.seeds.length < 5) {
    told.push(
      `There are ${listing.seeds.length} repetitions: intervals are wide, and small differences ` +
        'cannot be told from chance. Five or more are better.',
    );
  }
  return told
    .map((line) => `<div class="warning" role="note"><p>${escaped(line)}</p></div>`)
    .join('\n');
}

function howItWasMade({ listing, store, versions, cells }: ReportData): string {
  const { experiment, file, seeds } = listing;
  const facts: [name: string, value: string][] = [
    ['experiment', `${experiment.name}, from ${file}`],
    ['combinations', String(cells.length)],
    ['seeds', seeds.join(', ')],
    ['version', versions.length === 0 ? listing.version : versions.join(', ')],
    ['store', store],
  ];
  const config = cells.find((cell) => cell.config !== undefined)?.config;
  return `<dl class="facts">${facts
    .map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`)
    .join('')}</dl>
<p>The same again, in a store of its own:</p>
<pre>cachetorrent sweep ${escaped(file)} --store another</pre>
<p>A single run, with the configuration and the seed that its file names:</p>
<pre>jq .config ${escaped(store)}/runs/*/RUN/run.json &gt; config.json
cachetorrent run config.json --seed SEED</pre>
<details><summary>The experiment</summary><pre>${escaped(stringify(experiment))}</pre></details>
${
  config === undefined
    ? ''
    : `<details><summary>The configuration of the first combination</summary>
<pre>${escaped(JSON.stringify(config, null, 2))}</pre></details>`
}`;
}
