import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { freeMemoryBytes, groupLimits, thisMachine } from './machine.ts';

const V2 = '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';
const V1 = [
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd',
].join('\n');
/** A container of version 1 that sees only its own group. */
const V1_CONTAINER = V1.replaceAll(' / /sys', ' /docker/4f5e /sys');

test.each([
  { rule: 'are none without groups', cgroup: '', mountinfo: '', files: {}, limits: {} },
  {
    rule: 'of version 2 are read',
    cgroup: '0::/job',
    mountinfo: V2,
    files: { 'job/cpu.max': '150000 100000', 'job/memory.max': '200000000' },
    limits: { cores: 1.5, memoryBytes: 2e8 },
  },
  {
    rule: 'of version 2 may be absent',
    cgroup: '0::/job',
    mountinfo: V2,
    files: { 'job/cpu.max': 'max 100000', 'job/memory.max': 'max', 'job/memory.high': 'max' },
    limits: {},
  },
  {
    rule: 'are the least of the group and those that contain it',
    cgroup: '0::/job_7/step_0/task_0',
    mountinfo: V2,
    files: {
      'job_7/memory.max': '300000000',
      'job_7/step_0/memory.max': '400000000',
      'job_7/step_0/task_0/memory.max': 'max',
      'job_7/step_0/cpu.max': '200000 100000',
    },
    limits: { cores: 2, memoryBytes: 3e8 },
  },
  {
    rule: 'of a container of version 2 are those at the top',
    cgroup: '0::/',
    mountinfo: V2,
    files: { 'cpu.max': '100000 100000', 'memory.max': '500000000', 'memory.high': '400000000' },
    limits: { cores: 1, memoryBytes: 4e8 },
  },
  {
    rule: 'of version 1 are read',
    cgroup: '5:cpu,cpuacct:/job\n4:memory:/batch/job\n1:name=systemd:/',
    mountinfo: V1,
    files: {
      'cpu,cpuacct/job/cpu.cfs_quota_us': '50000',
      'cpu,cpuacct/job/cpu.cfs_period_us': '100000',
      'memory/memory.limit_in_bytes': '9223372036854771712',
      'memory/batch/memory.limit_in_bytes': '600000000',
      'memory/batch/job/memory.limit_in_bytes': '9223372036854771712',
    },
    limits: { cores: 0.5, memoryBytes: 6e8 },
  },
  {
    rule: 'of version 1 may be absent',
    cgroup: '5:cpu,cpuacct:/\n4:memory:/',
    mountinfo: V1,
    files: {
      'cpu,cpuacct/cpu.cfs_quota_us': '-1',
      'cpu,cpuacct/cpu.cfs_period_us': '100000',
    },
    limits: {},
  },
  {
    rule: 'of a container of version 1 are those at the top',
    cgroup: '5:cpu,cpuacct:/docker/4f5e\n4:memory:/docker/4f5e',
    mountinfo: V1_CONTAINER,
    files: {
      'cpu,cpuacct/cpu.cfs_quota_us': '300000',
      'cpu,cpuacct/cpu.cfs_period_us': '100000',
      'memory/memory.limit_in_bytes': '700000000',
    },
    limits: { cores: 3, memoryBytes: 7e8 },
  },
])('limits of control groups $rule', ({ cgroup, mountinfo, files, limits }) => {
  const root = mkdtempSync(join(tmpdir(), 'cachetorrent-'));
  write(join(root, 'proc/self/cgroup'), cgroup);
  write(join(root, 'proc/self/mountinfo'), mountinfo);
  for (const [name, text] of Object.entries(files)) {
    write(join(root, 'sys/fs/cgroup', name), `${text}\n`);
  }
  const unlimited = { cores: Infinity, memoryBytes: Infinity };
  expect(groupLimits(root)).toEqual({ ...unlimited, ...limits });
});

test('this machine has at least a core, and no more memory than is built in', () => {
  const machine = thisMachine();
  expect(machine.cores).toBeGreaterThanOrEqual(1);
  expect(machine.cores).toBeLessThanOrEqual(availableParallelism());
  expect(machine.memoryBytes).toBeGreaterThan(0);
  expect(machine.memoryBytes).toBeLessThanOrEqual(totalmem());
  expect(freeMemoryBytes(machine)).toBeLessThan(machine.memoryBytes);
});

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
