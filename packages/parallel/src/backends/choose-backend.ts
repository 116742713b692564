import { currentWorker } from '@manyhands/pool'
import type { ParallelBackend } from './backend.ts'
import { type BackendName, findBackend, firstBackend } from './registry.ts'

const DEFAULT_BACKEND: BackendName = 'threads'

export interface Wanted {
  readonly backend?: BackendName | ParallelBackend | undefined
  readonly require?: 'shared-memory' | undefined
}

/**
 * The backend of a call that starts here.
 *
 * Inside of a worker a backend that starts workers is replaced by what the worker's own backend allows there
 * (`nested`), so that nested calls do not multiply workers.
 *
 * @param given - the backend named at the call itself: it must fit, whereas a configured one is replaced
 * @throws TypeError when the given backend cannot do what is required
 */
export function chooseBackend(given: Wanted['backend'], wanted: Wanted): ParallelBackend {
  let backend = findBackend(wanted.backend ?? DEFAULT_BACKEND)
  if (wanted.require === 'shared-memory' && !backend.capabilities.sharedMemory) {
    const capable = firstBackend(({ capabilities }) => capabilities.sharedMemory)
    if (given !== undefined || capable === undefined) {
      const advice = capable === undefined ? '' : `; use '${capable.name}'`
      throw new TypeError(`backend \`${backend.name}\` has no shared memory, but require is 'shared-memory'${advice}`)
    }
    backend = capable
  }
  const worker = currentWorker()
  if (worker === undefined || backend.nested === undefined) return backend
  const allowed = firstBackend(({ workerKind }) => workerKind === worker.kind)?.nested?.(worker.level)
  return allowed === undefined ? backend : findBackend(allowed)
}
