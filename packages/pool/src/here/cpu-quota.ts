import { join } from 'node:path'

/**
 * How many processors a container may use by its quota of processor time, rounded up as loky does.
 *
 * Sources: the kernel's documentation of cgroup v2 (`cpu.max`: quota and period in µs, `max` for none) and v1
 * (`cpu.cfs_quota_us`, -1 for none, and `cpu.cfs_period_us`).
 *
 * @param root - where the controllers are mounted
 * @returns Infinity without a quota, and where there are no such files
 */
export function cpuQuota(root = '/sys/fs/cgroup'): number {
  const [quota, period] =
    read(join(root, 'cpu.max'))?.split(/\s+/) ??
    ['cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us'].map(name => read(join(root, name)))
  const count = Math.ceil(Number(quota) / Number(period))
  return count >= 1 && Number.isFinite(count) ? count : Infinity
}

function read(file: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(file, 'utf8').trim()
  } catch {
    return undefined // another system, or another version of control groups
  }
}
