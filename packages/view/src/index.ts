/** The page that shows a simulated swarm, and what it is told about the runs that it shows. */

export type { LoggedMessage, MessagePage, MessageQuery } from './messages.ts';
export { selectMessages } from './select-messages.ts';
export { pageOf, templateFile } from './page.ts';
export type { MessageSource, ViewData, ViewedRun, ViewSource } from './view-data.ts';
