import { checkSync } from '@manyhands/base'
import { cpuCount } from '@manyhands/pool'
import { type Jobs, resolveJobs } from '../jobs.ts'
import type { ParallelBackend } from './backend.ts'

/**
 * Makes a backend ready for one call.
 *
 * @param wanted - the option `jobs`
 * @param signal - aborted when the call ends before the backend is ready
 * @returns how many tasks the call runs at a time, 0 when the backend has no worker; a promise only when the backend
 * has something to wait for
 */
export function prepareBackend(
  backend: ParallelBackend,
  wanted: Jobs,
  signal: () => AbortSignal,
): number | Promise<number> {
  if (backend.configure === undefined && backend.capacity === undefined) {
    return effectiveJobs(backend, resolveJobs(wanted, cpuCount()))
  }
  return prepareAsync(backend, wanted, signal())
}

async function prepareAsync(backend: ParallelBackend, wanted: Jobs, signal: AbortSignal): Promise<number> {
  await backend.configure?.(wanted, { signal })
  const capacity = backend.capacity === undefined ? cpuCount() : await backend.capacity()
  return capacity < 1 ? 0 : effectiveJobs(backend, resolveJobs(wanted, capacity))
}

function effectiveJobs(backend: ParallelBackend, requested: number): number {
  const jobs = backend.effectiveJobs(requested)
  return checkSync(`effectiveJobs of backend \`${backend.name}\``, jobs, 'wait in configure() instead')
}
