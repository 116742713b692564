import { checkFunction, describeValue, slot, suggestion, markOwn, checkSync } from '@manyhands/base'
import { parallelOrigin } from '../parallel-origin.ts'
import type { ParallelBackend } from './backend.ts'
import { localBackend } from './local-backend.ts'
import { reusableBackend, reusableNames } from './pool-backend.ts'

/**
 * The names of backends. A module that registers another adds it, so that a mistaken name does not compile: `declare
 * module '@manyhands/parallel' { interface BackendNames { readonly cluster: true } }`.
 */
export interface BackendNames {
  readonly threads: true
  readonly processes: true
  readonly inline: true
  readonly async: true
}

/** A backend of this package, or a name given to {@link registerBackend}. */
export type BackendName = keyof BackendNames

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
      ...reusableNames.map((name): [string, () => ParallelBackend] => [name, () => reusableBackend(name)]),
      ['inline', () => localBackend('inline')],
      ['async', () => localBackend('async')],
    ]
    return new Map(makers.map(([name, make]) => [name, { make, backend: undefined }]))
  })
}

/**
 * Registers a backend under a name for `backend: name`, in this process. It replaces one that had the name.
 *
 * ```ts
 * const unregister = registerBackend('cluster', () => new ClusterBackend(url))
 * await Parallel({ backend: 'cluster' })(tasks)
 * ```
 *
 * @param make - called when the backend is first used
 * @returns unregisters it: the name has its former meaning again
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

/** The backend with this name, the same one each time; a backend is returned as it is. */
export function findBackend(backend: string | ParallelBackend): ParallelBackend {
  if (typeof backend !== 'string') return backend
  checkBackend(backend)
  return made(registry().get(backend) as Registered)
}

/** The first registered backend that `fits`, the built-in ones first; none behind it is made. */
export function firstBackend(fits: (backend: ParallelBackend) => boolean): ParallelBackend | undefined {
  for (const registered of registry().values()) {
    const backend = made(registered)
    if (fits(backend)) return backend
  }
  return undefined
}

function made(registered: Registered): ParallelBackend {
  registered.backend ??= checkSync('make, given to registerBackend,', registered.make(), 'wait in configure() instead')
  return registered.backend
}

markOwn(registerBackend, () => parallelOrigin('registerBackend'))
