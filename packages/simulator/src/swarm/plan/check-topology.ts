/** Checks the numbers of a topology, and which AS host peers. */

import type { Home } from './dynamics.ts';
import { checkNumber, DAY_MS, EXACT_MAX, type NumberRule, type Refuse } from './number-rule.ts';
import {
  type AsSizes,
  type FileTopology,
  type Hosts,
  isFromFile,
  type Swarm,
  type TransitStub,
} from './swarm.ts';

/** The engine has numbers for this many AS; more routers would not fit into memory. */
export const STUBS_MAX: number = 8192;
export const ROUTERS_MAX: number = 100_000;

/** The largest exponent of Zipf's law: with it, the second AS is a thousandth of the first. */
const EXPONENT_MAX = 10;

export function checkTopology({ topology }: Swarm, refuse: Refuse): void {
  if (isFromFile(topology)) checkFileTopology(topology, refuse);
  else checkStubs(topology, refuse);
}

function checkStubs(topology: TransitStub, refuse: Refuse): void {
  checkNumber(domainsRule('transitDomains', topology.transitDomains, ROUTERS_MAX), refuse);
  checkNumber(domainsRule('transitDomainSize', topology.transitDomainSize, ROUTERS_MAX), refuse);
  checkNumber(domainsRule('stubDomains', topology.stubDomains, STUBS_MAX), refuse);
  checkNumber(domainsRule('stubDomainSize', topology.stubDomainSize, ROUTERS_MAX), refuse);
  checkSizes(topology.sizes, topology.stubDomains, undefined, refuse);
}

function domainsRule(field: string, value: number, most: number): NumberRule {
  const reason = 'the network would have no routers';
  return { field: `topology.${field}`, value, least: 1, most, reason };
}

function checkFileTopology(topology: FileTopology, refuse: Refuse): void {
  const { asCount, hosts, sizes, hopMs, intraMs } = topology;
  const latency = { least: 1, most: DAY_MS, fraction: true };
  const reason = 'no message arrives when it is sent';
  checkNumber({ field: 'topology.intraMs', value: intraMs, ...latency, reason }, refuse);
  if (hopMs !== undefined) {
    checkNumber({ field: 'topology.hopMs', value: hopMs, ...latency, reason }, refuse);
  }
  if (hosts === undefined) return checkSizes(sizes, undefined, undefined, refuse);
  if ('count' in hosts) {
    const none = 'no AS would host peers';
    const rule = { value: hosts.count, least: 1, most: STUBS_MAX, reason: none };
    checkNumber({ field: 'topology.hosts.count', ...rule }, refuse);
    return checkSizes(sizes, hosts.count, hosts, refuse);
  }
  checkListed(hosts.as, asCount, refuse);
  checkSizes(sizes, hosts.as.length, hosts, refuse);
}

function checkListed(listed: readonly Home[], asCount: number, refuse: Refuse): void {
  if (listed.length === 0) refuse('topology.hosts', 'names no AS', 'name one, or remove it');
  if (listed.length > STUBS_MAX) {
    const problem = `names ${listed.length} AS, but at most ${STUBS_MAX} can host peers`;
    refuse('topology.hosts', problem, 'name fewer, or let some be drawn: { count: 500 }');
  }
  const known = new Set<number>();
  listed.forEach(({ as, share }, i) => {
    const rule = { value: share, least: 0, most: EXACT_MAX, fraction: true };
    const reason = 'a share is 0 or more';
    checkNumber({ field: `topology.hosts[${i}].share`, ...rule, reason }, refuse);
    const index = { value: as, least: 0, most: asCount - 1, reason: 'AS are counted from 0' };
    checkNumber({ field: `topology.hosts[${i}].as`, ...index }, refuse);
    if (known.has(as)) {
      refuse(`topology.hosts[${i}].as`, 'is an AS that is listed before', 'list each AS once');
    }
    known.add(as);
  });
  if (listed.some(({ share }) => share > 0)) return;
  refuse('topology.hosts', 'have no share above 0', 'give one AS a share');
}

function checkSizes(
  sizes: AsSizes | undefined,
  count: number | undefined,
  hosts: Hosts | undefined,
  refuse: Refuse,
): void {
  if (sizes === undefined) return;
  const { sizes: kind } = sizes;
  if (kind !== 'equal' && hosts !== undefined && 'as' in hosts) {
    if (hosts.as.some(({ share }) => share !== 1)) {
      const problem = 'are stated, but the AS that host peers have shares, too';
      refuse('topology.sizes', problem, 'remove one of the two');
    }
  }
  if (kind === 'users') {
    if (hosts !== undefined && 'count' in hosts && hosts.users !== undefined) return;
    const problem = 'follow the users of the AS, but there is no table of these';
    refuse(
      'topology.sizes',
      problem,
      'name one: hosts: { count: 50, by: users, users: users.csv }',
    );
  }
  if (kind === 'zipf') {
    const rule = { value: sizes.exponent, least: 0, most: EXPONENT_MAX, fraction: true };
    const reason = 'the first AS is the largest';
    checkNumber({ field: 'topology.sizes.exponent', ...rule, reason }, refuse);
  }
  if (kind === 'given') checkShares(sizes.shares, count, refuse);
}

function checkShares(shares: readonly number[], count: number | undefined, refuse: Refuse): void {
  if (count === undefined) {
    const problem = 'are listed, but not the AS that have them';
    refuse('topology.sizes', problem, 'state the shares with the AS: hosts: [{ as: …, share: … }]');
  }
  if (shares.length !== count) {
    const problem = `has ${shares.length} entries for ${count} AS`;
    refuse('topology.sizes', problem, 'write one for each AS');
  }
  shares.forEach((value, i) => {
    const rule = {
      value,
      least: 0,
      most: EXACT_MAX,
      fraction: true,
      reason: 'a size is 0 or more',
    };
    checkNumber({ field: `topology.sizes[${i}]`, ...rule }, refuse);
  });
  if (shares.some((share) => share > 0)) return;
  refuse('topology.sizes', 'have no size above 0', 'give one AS a size');
}
