/** The types of `workspace-command.js`, which an old Node has to be able to run. */

export function isBundleCurrent(root: string): boolean;
