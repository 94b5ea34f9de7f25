/** The section of `docs/fluid-model.md` that the runs give. */

import {
  type CollectedExperiment,
  costOf,
  type Experiments,
  type GeneratedSection,
  parameterText,
  pictureOf,
} from '../runs/experiment-page.ts';
import type { Judgement } from '../findings/verdict.ts';
import type { Estimate } from '../runs/estimate.ts';
import { heading, paragraphs, signedPercent, table } from '../runs/markdown.ts';
import {
  ALLOWED,
  type ComparedCurve,
  type ComparedSetting,
  compareCurves,
  compareSteady,
  STATES,
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
    summaryOf(
      steady.flatMap(({ figures }) => STATES.map((name) => figures[name].difference.model)),
    ),
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
    const varied = parameterText(setting.parameters[label]);
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
    case 'many seeds':
      return `1/γ = ${seconds(1 / model.gamma)}`;
    case 'pieces':
      return `${parameterText(parameters['pieces'])} pieces`;
    case 'upload slots':
      return `${parameterText(parameters['uploadSlots'])} upload slots`;
    case 'neighbours':
      return `${parameterText(parameters['neighbours'])} neighbours`;
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

function summaryOf(judgements: readonly Judgement[]): string {
  const countOf = (wanted: string): number =>
    judgements.filter(({ verdict }) => verdict === wanted).length;
  return `${countOf('met')} of ${judgements.length} figures are within ${100 * ALLOWED} % of the
model with their whole confidence interval, ${countOf('not met')} are not, and
${countOf('undecided')} are undecided.`;
}

function stateTable(settings: readonly TitledSetting[]): string {
  const rows = settings.flatMap(({ varied, title, theory, figures }) =>
    STATES.map((name) => {
      const { runs, model, difference } = figures[name];
      return [
        varied,
        title,
        name,
        theory[name].toFixed(1),
        estimateText(model, (value) => value.toFixed(1)),
        estimateText(runs, (value) => value.toFixed(1)),
        estimateText(difference.model.estimate, signedPercent),
        verdictText(difference.model),
        estimateText(difference.fixedSize.estimate, signedPercent),
      ];
    }),
  );
  const titles = ['varied', 'setting', 'peers', 'formula', 'model', 'runs', 'difference'];
  return table([...titles, 'verdict', 'from the model with a file of one size'], rows, 'lllrrrrlr');
}

function timeTable(settings: readonly TitledSetting[]): string {
  const rows = settings.map(({ varied, title, theory, meanTimeS, utilisation }) => [
    varied,
    title,
    theory.meanTimeS.toFixed(0),
    estimateText(meanTimeS, (value) => value.toFixed(0)),
    estimateText(utilisation, (share) => (100 * share).toFixed(1)),
  ]);
  const titles = ['varied', 'setting', 'time of a leecher by the formula, s', 'in the runs, s'];
  return table([...titles, 'η in the runs, %'], rows, 'llrrr');
}

function curveTable(curves: readonly ComparedCurve[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = curves.flatMap(({ name, distance: { all, afterStart } }) =>
    STATES.map((state) => [
      name,
      state,
      estimateText(all.model[state].estimate, percent),
      estimateText(all.fixedSize[state].estimate, percent),
      estimateText(afterStart.model[state].estimate, percent),
      verdictText(afterStart.model[state]),
      estimateText(afterStart.fixedSize[state].estimate, percent),
      verdictText(afterStart.fixedSize[state]),
    ]),
  );
  const oneSize = 'from the model with a file of one size';
  const titles = ['swarm', 'peers', 'distance from the model, all of the run', oneSize];
  return table(
    [...titles, 'from the model, after the first third', 'verdict', oneSize, 'verdict'],
    rows,
    'llrrrlrl',
  );
}

function verdictText({ verdict }: Judgement): string {
  return verdict.replace(/^not met$/, '**not met**');
}

function estimateText({ mean, halfWidth }: Estimate, format: (value: number) => string): string {
  if (halfWidth === undefined) return format(mean);
  return `${format(mean)} ± ${format(halfWidth).replace('+', '')}`;
}
