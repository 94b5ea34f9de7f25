/** The section of `docs/fluid-model.md` that the runs give. */

import type { CollectedExperiment, Experiments } from '../runs/experiment-page.ts';
import { costOf, type GeneratedSection, pictureOf } from '../runs/experiment-page.ts';
import type { Estimate } from '../runs/estimate.ts';
import { heading, paragraphs, signedPercent, table } from '../runs/markdown.ts';
import {
  ALLOWED,
  type ComparedCurve,
  type ComparedFigure,
  type ComparedSetting,
  compareCurves,
  compareSteady,
  FIGURES,
} from './comparison.ts';
import { curvePlot, differencePlot, steadyPlot, VARIED } from './plots.ts';

export const FLUID = 'fluid-model';
export const EXPERIMENTS = ['fluid-steady', 'fluid-transient', 'fluid-limits'] as const;

export function sectionOf(experiments: Experiments): GeneratedSection {
  const steady = steadySettings(experiments.get('fluid-steady')!, 'varied');
  const limits = steadySettings(experiments.get('fluid-limits')!, 'limit');
  const curves = experiments
    .get('fluid-transient')!
    .settings.flatMap((setting) => compareCurves(setting) ?? []);

  // The setting that all others differ from.
  const base = steady.find(({ varied, model }) => varied === 'λ' && model.lambda === BASE_LAMBDA);
  const parameterPlots =
    base === undefined
      ? []
      : VARIED.map((parameter) =>
          steadyPlot(parameter, [
            base,
            ...steady.filter((each) => each.varied === parameter.symbol),
          ]),
        );
  const steadyDifference = differencePlot(
    'steady-difference',
    'The steady swarm and the model',
    steady,
  );
  const curvePlots = (['leechers', 'seeds'] as const).map((name) => curvePlot(name, curves));
  const limitsDifference = differencePlot(
    'limits-difference',
    'Where the assumptions do not hold',
    limits,
  );

  const text = paragraphs(
    costOf(experiments),
    heading(2, 'The steady swarm'),
    summaryOf(steady),
    stateTable(steady),
    timeTable(steady),
    pictureOf(FLUID, steadyDifference),
    ...parameterPlots.map((plot) => pictureOf(FLUID, plot)),
    heading(2, 'How a swarm develops'),
    curveTable(curves),
    ...curvePlots.map((plot) => pictureOf(FLUID, plot)),
    heading(2, 'Where the model does not hold'),
    stateTable(limits),
    timeTable(limits),
    pictureOf(FLUID, limitsDifference),
  );
  return { text, plots: [steadyDifference, ...parameterPlots, ...curvePlots, limitsDifference] };
}

/** The rate of arrivals of `fluid-steady` while something else is varied, per second. */
const BASE_LAMBDA = 0.2;

interface TitledSetting extends ComparedSetting {
  readonly title: string;
  /** What is varied. */
  readonly varied: string;
}

function steadySettings({ settings }: CollectedExperiment, label: string): TitledSetting[] {
  return settings.flatMap((setting) => {
    const compared = compareSteady(setting);
    if (compared === undefined) return [];
    const varied = String(setting.parameters[label]);
    return [{ ...compared, varied, title: titleOf(varied, compared) }];
  });
}

/** What a setting is about, in a few words. */
function titleOf(varied: string, { model, parameters }: ComparedSetting): string {
  switch (varied) {
    case 'λ':
    case 'few peers':
      return `λ = ${rate(model.lambda)}`;
    case 'μ':
      return `1/μ = ${seconds(1 / model.mu)}`;
    case 'c':
      return `1/c = ${seconds(1 / model.c)}`;
    case 'θ':
    case 'aborts':
      return `1/θ = ${seconds(1 / model.theta)}`;
    case 'γ':
      return `1/γ = ${seconds(1 / model.gamma)}`;
    case 'pieces':
      return `${String(parameters['pieces'])} pieces`;
    case 'upload slots':
      return `${String(parameters['uploadSlots'])} upload slots`;
    case 'neighbours':
      return `${String(parameters['neighbours'])} neighbours`;
    default:
      throw new Error(`no title for ${varied}`);
  }
}

function rate(perSecond: number): string {
  return `${Number(perSecond.toPrecision(3))}/s`;
}

function seconds(s: number): string {
  return `${Math.round(s).toLocaleString('en')} s`;
}

function summaryOf(settings: readonly TitledSetting[]): string {
  const all = settings.flatMap(({ figures }) => FIGURES.map((name) => figures[name].difference));
  const countOf = (verdict: string): number =>
    all.filter((each) => each.verdict === verdict).length;
  return `${countOf('met')} of ${all.length} figures are within ${100 * ALLOWED} % of the model,
with their whole confidence interval; ${countOf('not met')} are not, and ${countOf('undecided')} are
undecided.`;
}

function stateTable(settings: readonly TitledSetting[]): string {
  const rows = settings.map(({ varied, title, figures: { leechers, seeds } }) => [
    varied,
    title,
    ...cells(leechers, 1),
    ...cells(seeds, 1),
  ]);
  const titles = ['varied', 'setting', 'leechers: model', 'runs', 'difference', 'verdict'];
  return table([...titles, 'seeds: model', 'runs', 'difference', 'verdict'], rows, 'llrrrlrrrl');
}

function timeTable(settings: readonly TitledSetting[]): string {
  const rows = settings.map(({ varied, title, figures: { meanTimeS }, utilisation }) => [
    varied,
    title,
    ...cells(meanTimeS, 0),
    meanTimeS.fixedSize.toFixed(0),
    estimateText(utilisation, (share) => (100 * share).toFixed(1)),
  ]);
  return table(
    [
      'varied',
      'setting',
      'time of a leecher, s: model',
      'runs',
      'difference',
      'verdict',
      'model with a file of one size, s',
      'η, %',
    ],
    rows,
    'llrrrlrr',
  );
}

function cells({ model, measured, difference }: ComparedFigure, digits: number): string[] {
  const { estimate, verdict } = difference;
  return [
    model.toFixed(digits),
    estimateText(measured, (value) => value.toFixed(digits)),
    estimateText(estimate, signedPercent),
    verdict.replace(/^not met$/, '**not met**'),
  ];
}

function estimateText({ mean, halfWidth }: Estimate, format: (value: number) => string): string {
  if (halfWidth === undefined) return format(mean);
  return `${format(mean)} ± ${format(halfWidth).replace('+', '')}`;
}

function curveTable(curves: readonly ComparedCurve[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = curves.map(({ name, runCount, distance: { model, fixedSize } }) => [
    name,
    String(runCount),
    percent(model.leechers),
    percent(model.seeds),
    percent(fixedSize.leechers),
    percent(fixedSize.seeds),
  ]);
  return table(
    [
      'swarm',
      'runs',
      'model: leechers',
      'model: seeds',
      'file of one size: leechers',
      'file of one size: seeds',
    ],
    rows,
    'lrrrrr',
  );
}
