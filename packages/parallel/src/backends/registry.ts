import { checkFunction, describeValue, slot, suggestion } from '@manyhands/base'
import type { ParallelBackend } from './backend.ts'
import { localBackend } from './local-backend.ts'
import { reusableBackend } from './pool-backend.ts'

/** A backend of this package, or a name given to {@link registerBackend}. */
export type BackendName = 'threads' | 'processes' | 'inline' | 'async' | (string & {})

/** What users of other libraries type. */
const mistakes: Readonly<Record<string, string>> = {
  threading: 'threads',
  thread: 'threads',
  workers: 'threads',
  worker_threads: 'threads',
  process: 'processes',
  loky: 'processes',
  multiprocessing: 'processes',
  fork: 'processes',
  sequential: 'inline',
  sync: 'inline',
}

interface Registered {
  readonly make: () => ParallelBackend
  /** Made when it is first used. */
  backend: ParallelBackend | undefined
}

function registry(): Map<string, Registered> {
  return slot('parallel.backends', () => {
    const makers: [string, () => ParallelBackend][] = [
      ['threads', () => reusableBackend('threads')],
      ['processes', () => reusableBackend('processes')],
      ['inline', () => localBackend('inline')],
      ['async', () => localBackend('async')],
    ]
    return new Map(makers.map(([name, make]) => [name, { make, backend: undefined }]))
  })
}

/**
 * Gives a backend a name, so that `backend: name` means it, in this process. A name that is taken gets the new meaning.
 *
 * @param make - called when the backend is first used
 * @returns takes the name back: it has its former meaning again
 * @throws TypeError when `name` is not a string or `make` not a function
 */
export function registerBackend(name: string, make: () => ParallelBackend): () => void {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`the name of a backend must be a string, got ${describeValue(name)}`)
  }
  checkFunction('make', make)
  const before = registry().get(name)
  const registered: Registered = { make, backend: undefined }
  registry().set(name, registered)
  return () => {
    if (registry().get(name) !== registered) return
    if (before === undefined) registry().delete(name)
    else registry().set(name, before)
  }
}

/** @throws TypeError unless `backend` is a known name or a backend */
export function checkBackend(backend: unknown): void {
  if (typeof backend === 'string') {
    if (!registry().has(backend)) {
      throw new TypeError(`there is no backend \`${backend}\`${suggestion(backend, [...registry().keys()], mistakes)}`)
    }
    return
  }
  const methods: readonly (keyof ParallelBackend)[] = ['effectiveJobs', 'startCall', 'terminate']
  if (
    typeof backend !== 'object' ||
    backend === null ||
    methods.some(name => typeof (backend as ParallelBackend)[name] !== 'function')
  ) {
    throw new TypeError(
      `backend must be the name of a backend or an object with ${methods.join(', ')}, got ${describeValue(backend)}`,
    )
  }
}

/** The backend that is meant; the same one each time for a name. */
export function findBackend(backend: BackendName | ParallelBackend): ParallelBackend {
  if (typeof backend !== 'string') return backend
  checkBackend(backend)
  const registered = registry().get(backend) as Registered
  return (registered.backend ??= registered.make())
}
