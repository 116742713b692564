import { currentWorker } from '@manyhands/pool'
import type { ParallelBackend } from './backend.ts'
import { type BackendName, findBackend } from './registry.ts'

export interface Wanted {
  readonly backend?: BackendName | ParallelBackend | undefined
  readonly require?: 'shared-memory' | undefined
}

/**
 * The backend of a call that starts here.
 *
 * Inside of a worker threads and processes give way to what the worker's kind allows (threads: inline; processes:
 * threads, then inline), so that nested calls do not multiply workers.
 *
 * @param given - the backend named at the call itself: it must fit, whereas a configured one gives way
 * @throws TypeError when the given backend cannot do what is required
 */
export function chooseBackend(given: Wanted['backend'], wanted: Wanted): ParallelBackend {
  let backend = findBackend(wanted.backend ?? 'threads')
  if (wanted.require === 'shared-memory' && !backend.capabilities.sharedMemory) {
    if (given !== undefined) {
      throw new TypeError(
        `backend \`${backend.name}\` has no shared memory, but require is 'shared-memory'; use 'threads'`,
      )
    }
    backend = findBackend('threads')
  }
  const worker = currentWorker()
  if (worker === undefined || backend.nested === undefined) return backend
  const allowed = findBackend(worker.kind === 'thread' ? 'threads' : 'processes').nested?.(worker.level)
  return allowed === undefined ? backend : findBackend(allowed)
}
