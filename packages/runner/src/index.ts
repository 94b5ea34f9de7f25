/** The runner as a library, for programs that do what the `cachetorrent` command does. */

export { campaign, type CampaignOptions, type CampaignRun } from './campaign/campaign.ts';
export {
  type Engine,
  type EngineStatus,
  type RunOutcome,
  RunsFailed,
  type RunSource,
} from './campaign/engines/engine.ts';
export { LocalEngine } from './campaign/engines/local.ts';
export type { Experiment } from './campaign/experiment/schema.ts';
export { cli } from './cli.ts';
export { EXIT_CODE } from './exit-code.ts';
export type { Overrides, ParameterValue } from './configuration/parameters.ts';
export {
  checkedSwarm,
  type CheckedSwarm,
  type ConfigFile,
  parseConfig,
  readConfig,
} from './configuration/read.ts';
export { cdfCsv, cdfTable } from './results/cdf.ts';
export {
  type CompletionDocument,
  documentOf,
  type FinishedRun,
  totalMessages,
  type RunDocument,
  type Timing,
} from './results/document.ts';
export { checkResultFolder, writeResultFolder } from './results/folder.ts';
export { checkLogFile, LogFile } from './results/message-log.ts';
export { readRecording, RecordingFile } from './results/recording-file.ts';
export { summaryOf } from './results/summary.ts';
export { peersCsv, timelineCsv, trafficCsv } from './results/tables.ts';
export type { OutputStream } from './progress/run-progress-display.ts';
export type { CliEnvironment } from './cli-environment.ts';
export { UserError } from './user-error.ts';
