/** The types of `current-bundle.js`, which an old Node has to be able to run. */

export function isBundleCurrent(root: string, list: string): boolean;
