/** The types of `installation.mjs`, which an old Node has to be able to run. */

export function isInstalled(root: string, pnpm: string): boolean;
export function markChanging(root: string): void;
export function markInstalled(root: string, pnpm: string): void;
