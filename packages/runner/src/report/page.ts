/**
 * A report as one HTML file, which shows itself anywhere and asks nobody for anything: its plots
 * are drawings within it, its style and its one script (which sorts tables) as well, and a policy
 * in its head forbids it the network.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { stringify } from 'yaml';

import { type MetricName, METRIC_NAMES } from '../campaign/metrics.ts';
import { VERSION } from '../version.ts';
import type { ReportData } from './report-data.ts';
import { STYLE } from './style.ts';
import { type ReportPlot, escapeHtml, svgForPage } from './svg.ts';
import { comparisonTable, runsTable, summaryTable } from './tables.ts';

export interface PageSections {
  /** Figures over parameters. */
  readonly curves: readonly ReportPlot[];
  /** What single combinations did. */
  readonly details: readonly ReportPlot[];
  /** The folder of the same plots as files, seen from the page. */
  readonly plotFolder: string;
}

const require = createRequire(import.meta.url);
const SCRIPT = ['sortable.min.js', 'sortable.a11y.min.js']
  .map((name) => readFileSync(require.resolve(`sortable-tablesort/dist/${name}`), 'utf8').trim())
  .join('\n');

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

export function pageOf(data: ReportData, sections: PageSections): string {
  const { experiment } = data.campaign;
  const title = experiment.title ?? experiment.name;
  const measure = tabulatedMetrics(data);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="generator" content="CacheTorrent ${VERSION}">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${experiment.description === undefined ? '' : `<p>${escapeHtml(experiment.description.trim())}</p>`}
<nav aria-label="Sections"><a href="#results">Results</a><a href="#details">Single combinations</a>
<a href="#tables">Tables</a><a href="#how">How it was made</a></nav>
${warningsHtml(data)}
<h2 id="results">Results</h2>
<div class="plots">${sections.curves.map((drawing) => figureHtml(drawing, sections)).join('\n')}</div>
<h2 id="details">Single combinations</h2>
<div class="plots wide">${sections.details.map((of) => figureHtml(of, sections)).join('\n')}</div>
<h2 id="tables">Tables</h2>
<p>A click on a head sorts by its column, another turns the order round. Means are over repetitions;
what follows the ± is half of the 95 % confidence interval.</p>
${summaryTable(data, measure)}
${comparisonTable(data, measure)}
<details><summary>All runs</summary>${runsTable(data, measure)}</details>
<h2 id="how">How it was made</h2>
${reproductionHtml(data)}
<footer>Made by CacheTorrent ${VERSION}. Curves are in the colours of Okabe and Ito, shades in
cividis; both are told apart by people who see colours differently.</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Those that the experiment names; otherwise those that it draws; otherwise the usual ones. */
function tabulatedMetrics({ campaign: { experiment } }: ReportData): readonly MetricName[] {
  const drawn = (experiment.plots ?? []).flatMap(({ y }) => y);
  const wanted = experiment.measure ?? (drawn.length > 0 ? drawn : DEFAULT_METRICS);
  return METRIC_NAMES.filter((name) => wanted.includes(name));
}

const DEFAULT_METRICS: readonly MetricName[] = [
  'redundancy',
  'interAsShare',
  'p50Ms',
  'p90Ms',
  'meanMs',
];

function figureHtml(drawing: ReportPlot, { plotFolder }: PageSections): string {
  const files = `${plotFolder}/${drawing.name}`;
  return `<figure id="${escapeHtml(drawing.name)}"><h3>${escapeHtml(drawing.title)}</h3>
<div class="scroll">${svgForPage(drawing)}</div>
<figcaption>${escapeHtml(drawing.caption)}
As files: <code>${escapeHtml(files)}.svg</code>, <code>.png</code>.
</figcaption></figure>`;
}

function warningsHtml({ settings, failures, damaged, campaign }: ReportData): string {
  const runs = settings.flatMap(({ runs: of }) => of);
  const missing = runs.filter(({ metrics }) => metrics === undefined).length;
  const told: string[] = [];
  if (missing > 0) {
    told.push(`${missing} of ${runs.length} runs are missing; what follows is about the others.`);
  }
  for (const { key, error, command } of failures) {
    told.push(`Run ${key} failed: ${error.split('\n', 1)[0]!} To see it again: ${command}`);
  }
  for (const { file, problem } of damaged) told.push(`${file} ${problem}, and is left out.`);
  if (campaign.seeds.length === 1) {
    told.push('There is one repetition: nothing says how much of a difference is chance.');
  } else if (campaign.seeds.length < 5) {
    told.push(
      `There are ${campaign.seeds.length} repetitions: intervals are wide, and small differences ` +
        'cannot be told from chance. Five or more are better.',
    );
  }
  return told
    .map((line) => `<div class="warning" role="note"><p>${escapeHtml(line)}</p></div>`)
    .join('\n');
}

function reproductionHtml({ campaign, store, versions, settings }: ReportData): string {
  const { experiment, file, seeds } = campaign;
  const facts: [name: string, value: string][] = [
    ['experiment', `${experiment.name}, from ${file}`],
    ['combinations', String(settings.length)],
    ['seeds', seeds.join(', ')],
    ['version', versions.length === 0 ? campaign.version : versions.join(', ')],
    ['store', store],
  ];
  const config = settings.find((cell) => cell.config !== undefined)?.config;
  return `<dl class="facts">${facts
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl>
<p>The same again, in a store of its own:</p>
<pre>cachetorrent sweep ${escapeHtml(file)} --store another</pre>
<p>A single run, with the configuration and the seed that its file names:</p>
<pre>jq .config ${escapeHtml(store)}/runs/*/RUN/run.json &gt; config.json
cachetorrent run config.json --seed SEED</pre>
<details><summary>The experiment</summary><pre>${escapeHtml(stringify(experiment))}</pre></details>
${
  config === undefined
    ? ''
    : `<details><summary>The configuration of the first combination</summary>
<pre>${escapeHtml(JSON.stringify(config, null, 2))}</pre></details>`
}`;
}
