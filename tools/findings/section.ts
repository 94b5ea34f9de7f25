/** The section of a page that compares findings of papers with our runs. */

import { METRICS, type MetricName } from '../../packages/runner/src/campaign/metrics.ts';
import type { SettingRuns } from '../runs/collect.ts';
import { type Estimate, estimate } from '../runs/estimate.ts';
import {
  type CollectedExperiment,
  costOf,
  type Experiments,
  parameterText,
} from '../runs/experiment-page.ts';
import { heading, paragraphs, table } from '../runs/markdown.ts';
import { Figures } from './figures.ts';
import type { Finding, Paper } from './finding.ts';
import { experimentsOf } from './papers.ts';
import { judge, type Judgement } from './verdict.ts';

/** The page with the section, and the name of the section in its comments. */
export const FINDINGS_PAGE = 'docs/findings.md';
export const FINDINGS_SECTION = 'findings';

interface Judged {
  readonly finding: Finding;
  /** Undefined if runs are missing. */
  readonly judgement: Judgement | undefined;
}

export function sectionOf(papers: readonly Paper[], experiments: Experiments): string {
  const judged = papers.map((paper) => ({ paper, findings: judgedFindings(paper, experiments) }));
  return paragraphs(
    summary(judged.flatMap(({ findings }) => findings)),
    costOf(experiments),
    ...judged.flatMap(({ paper, findings }) => [
      heading(2, `${paper.title}: \`${paper.name}\``),
      paper.citation,
      paper.abstract,
      paper.differences,
      findingsTable(findings),
      ...experimentsOf(paper).flatMap((name) => experimentTable(name, experiments.get(name)!)),
    ]),
  );
}

export function judgedFindings(paper: Paper, experiments: Experiments): Judged[] {
  const figures = new Map(
    experimentsOf(paper).map((name) => [name, new Figures(experiments.get(name)!.settings)]),
  );
  return paper.findings.map((finding) => {
    const values = finding.valuesOf(figures.get(finding.experiment)!);
    return { finding, judgement: judge(values, finding.bounds) };
  });
}

function summary(judged: readonly Judged[]): string {
  const countOf = (verdict: string | undefined): number =>
    judged.filter(({ judgement }) => judgement?.verdict === verdict).length;
  const missing = countOf(undefined);
  const counts = [
    `${countOf('met')} of ${judged.length} findings are met`,
    `${countOf('not met')} are not met`,
    `${countOf('undecided')} are undecided`,
    ...(missing === 0 ? [] : [`${missing} were not run`]),
  ];
  return `${counts.join(', ')}.`;
}

function findingsTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ finding, judgement }) => [
    finding.claim,
    finding.quantity,
    boundsText(finding),
    judgement === undefined ? '' : estimateText(judgement.estimate, formatOf(finding)),
    String(judgement?.estimate.count ?? 0),
    judgement === undefined ? 'not run' : judgement.verdict.replace(/^not met$/, '**not met**'),
  ]);
  return table(
    ['found', 'measured here', 'agrees if', 'our mean', 'runs', 'verdict'],
    rows,
    'lllrrl',
  );
}

function boundsText(finding: Finding): string {
  const { low, high } = finding.bounds;
  const format = formatOf(finding);
  if (low === undefined) return `≤ ${format(high!)}`;
  if (high === undefined) return `≥ ${format(low)}`;
  return low === -high ? `within ${format(high)}` : `${format(low)} to ${format(high)}`;
}

function formatOf({ isShare, digits }: Finding): (value: number) => string {
  return (value) =>
    isShare === true ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
}

function estimateText({ mean, halfWidth }: Estimate, format: (value: number) => string): string {
  return halfWidth === undefined ? format(mean) : `${format(mean)} ± ${format(halfWidth)}`;
}

/** The means of what the experiment measures, for each of its settings. */
function experimentTable(name: string, { file, settings }: CollectedExperiment): string[] {
  const { measure = [], description = '' } = file.experiment;
  // Lists and objects go with other parameters, which say the same in short.
  const parameters = [...new Set(settings.flatMap(({ parameters: each }) => Object.keys(each)))];
  const shown = parameters.filter((parameter) =>
    settings.every(({ parameters: each }) => typeof each[parameter] !== 'object'),
  );
  const rows = settings.map((setting) => [
    ...shown.map((parameter) => parameterText(setting.parameters[parameter])),
    ...measure.map((metric) => metricText(setting, metric)),
  ]);
  const titles = [...shown.map((each) => `\`${each}\``), ...measure.map(metricTitle)];
  const align = `${'l'.repeat(shown.length)}${'r'.repeat(measure.length)}`;
  return [
    heading(3, `\`${name}.yaml\``),
    `${description.trim()} Means with 95 % confidence intervals:`,
    table(titles, rows, align),
  ];
}

function metricTitle(name: MetricName): string {
  const { label, unit } = METRICS[name];
  return unit === '' ? label : `${label}, ${unit}`;
}

function metricText({ runs }: SettingRuns, name: MetricName): string {
  const { compute, scale } = METRICS[name];
  const values = runs.map((run) => (run === undefined ? null : compute(run.result)));
  const mean = estimate(values.filter((value) => value !== null));
  if (mean === undefined) return '';
  return estimateText(mean, (value) => {
    const scaled = value * scale;
    return scaled.toFixed(scale * mean.mean < 100 ? 2 : 0);
  });
}
