import { availableParallelism } from 'node:os'
import { markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { cpuQuota } from './cpu-quota.ts'

export const cpuLimitVariable = 'MANYHANDS_MAX_CPU_COUNT'

/** Read once: what a container may use hardly changes. */
let quota: number | undefined

/**
 * Processors that this process may use: what the system allows it (affinity, container limits), lowered by the
 * environment variable `MANYHANDS_MAX_CPU_COUNT`. In a process worker: its share of them, unless the option `env` says
 * otherwise.
 *
 * @throws RangeError when the variable is not an integer >= 1
 */
export function cpuCount(): number {
  quota ??= cpuQuota()
  const available = Math.min(availableParallelism(), quota)
  const limit = process.env[cpuLimitVariable]
  if (limit === undefined || limit === '') return available
  const most = Number(limit)
  if (!Number.isInteger(most) || most < 1) {
    throw new RangeError(`${cpuLimitVariable} must be an integer >= 1, got ${JSON.stringify(limit)}`)
  }
  return Math.min(available, most)
}

markOwn(cpuCount, () => poolOrigin('cpuCount'))
