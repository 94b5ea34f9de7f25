/** What a peer is given at first and never changes. Peers with equal settings share them. */

import type { BlockLayout } from '../blocks.ts';
import type { Slots } from '../choker/choker.ts';
import { rulesFor } from '../rules/rules-for.ts';
import type { Rules } from '../rules/rules.ts';
import type { PeerOptions } from './options.ts';

/** The options that most peers of a swarm have in common; see `PeerOptions`. */
type CommonOptions = Pick<
  PeerOptions,
  | 'layout'
  | 'client'
  | 'uploadSlots'
  | 'optimisticSlots'
  | 'backlog'
  | 'choker'
  | 'seedChoker'
  | 'quirks'
  | 'requestPriority'
> & { readonly hostVerifies: boolean };

export interface PeerSettings extends CommonOptions {
  readonly slots: Slots;
  readonly rules: Rules;
}

/** For each layout, the settings of the peers that are given it: few, even of a million peers. */
const known = new WeakMap<BlockLayout, PeerSettings[]>();

/** The settings of a peer. */
export function settingsOf(options: PeerOptions): PeerSettings {
  const common: CommonOptions = {
    layout: options.layout,
    client: options.client,
    uploadSlots: options.uploadSlots,
    optimisticSlots: options.optimisticSlots,
    backlog: options.backlog,
    choker: options.choker,
    seedChoker: options.seedChoker,
    quirks: options.quirks,
    requestPriority: options.requestPriority,
    hostVerifies: options.hostVerifies === true,
  };
  const others = known.get(common.layout) ?? [];
  const equal = others.find((settings) => areEqual(common, settings));
  if (equal !== undefined) return equal;
  const slots = { regular: common.uploadSlots, optimistic: common.optimisticSlots };
  const settings = { ...common, slots, rules: rulesFor(common.quirks) };
  known.set(common.layout, [...others, settings]);
  return settings;
}

function areEqual(options: CommonOptions, settings: PeerSettings): boolean {
  const names = Object.keys(options) as (keyof CommonOptions)[];
  return names.every((name) => options[name] === settings[name]);
}
