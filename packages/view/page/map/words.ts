/** What the map says in words about an AS or a peer: in its tooltip, and to screen readers. */

import type { RecordingHeader } from '@cachetorrent/recording';

import { formatInteger, formatMbps, formatShare, pluralize } from '../panels/format.ts';
import { NODE, type PeerDetails, type Scene, TRAFFIC_MAX } from '../scene.ts';
import type { Target } from './target.ts';

/** A text with a title. */
export interface Description {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What there is to say about a target now. */
export function describe(target: Target, header: RecordingHeader, scene: Scene): Description {
  return target.peer === undefined
    ? describeSystem(target.as, header, scene)
    : describePeer(target.peer, header, scene);
}

/** A description as one sentence. */
export function sentenceOf({ title, lines }: Description): string {
  return `${title}: ${lines.join('; ')}.`;
}

/** A rate in kbit/s: `640 kbit/s`, `1.25 Mbit/s`. */
export function formatRate(kbps: number): string {
  return Math.round(kbps) < 1000 ? `${formatInteger(kbps)} kbit/s` : formatMbps(kbps);
}

/** The leechers and seeds of an AS, in short. */
export function countsOf(as: number, { systems }: Scene): string {
  return `${formatInteger(systems.leechers[as]!)} / ${formatInteger(systems.seeds[as]!)}`;
}

function describeSystem(as: number, header: RecordingHeader, scene: Scene): Description {
  const { leechers, seeds, leaders, progress } = scene.systems;
  const { inKbps, outKbps, isAll } = trafficOf(as, scene);
  const atLeast = isAll ? '' : 'at least ';
  return {
    title: header.as.name[as]!,
    lines: [
      `${pluralize(leechers[as]! + seeds[as]!, 'peer')}: ` +
        `${pluralize(leechers[as]!, 'leecher')}, ${pluralize(seeds[as]!, 'seed')}`,
      pluralize(leaders[as]!, 'leader'),
      `its peers hold ${formatShare(progress[as]!)}`,
      `from other AS ${atLeast}${formatRate(inKbps)}, to them ${atLeast}${formatRate(outKbps)}`,
    ],
  };
}

/** What flows to and from an AS, in kbit/s, as far as the scene says. */
function trafficOf(
  as: number,
  { traffic }: Scene,
): { readonly inKbps: number; readonly outKbps: number; readonly isAll: boolean } {
  let inKbps = 0;
  let outKbps = 0;
  for (let i = 0; i < traffic.kbps.length; i++) {
    if (traffic.to[i] === as) inKbps += traffic.kbps[i]!;
    if (traffic.from[i] === as) outKbps += traffic.kbps[i]!;
  }
  return { inKbps, outKbps, isAll: traffic.kbps.length < TRAFFIC_MAX };
}

function describePeer(peer: number, header: RecordingHeader, scene: Scene): Description {
  const title = `peer ${peer}`;
  const { peers, classes } = header;
  const flags = scene.nodes.flags[peer]!;
  const place = `${classes[peers.class[peer]!]}, in ${header.as.name[peers.as[peer]!]}`;
  if ((flags & NODE.present) === 0) return { title, lines: [place, 'not there'] };
  return {
    title,
    lines: [
      place,
      rolesOf(flags),
      `holds ${formatShare(scene.nodes.progress[peer]! / 255)} of the file`,
      `can send ${formatRate(peers.uploadKbps[peer]!)}, ` +
        `receive ${formatRate(peers.downloadKbps[peer]!)}`,
      ...(scene.peer?.peer === peer ? detailsOf(scene.peer) : []),
    ],
  };
}

/** The roles of a peer, such as `leecher, leader`. */
function rolesOf(flags: number): string {
  const roles = [(flags & NODE.complete) !== 0 ? 'seed' : 'leecher'];
  if ((flags & NODE.leader) !== 0) roles.push('leader');
  if ((flags & NODE.follower) !== 0) roles.push('follower');
  if ((flags & NODE.cache) !== 0) roles.push('cache of a provider');
  return roles.join(', ');
}

function detailsOf({ uploadKbps, downloadKbps, neighbours, waitsFor }: PeerDetails): string[] {
  return [
    `receives ${formatRate(downloadKbps)}, sends ${formatRate(uploadKbps)}`,
    `${pluralize(neighbours.length, 'connection')}, waits for ${waitsFor}`,
  ];
}
