import { InvalidStateError } from '../errors.ts'
import { Promise } from '../intrinsics.ts'
import { checkFunction, checkOptionNames, refuseNew } from '../options.ts'
import { slot } from '../slots.ts'
import { isThenable } from '../thenable.ts'
import { coreOrigin, origin, type Origin, replace, revive } from '../travel/replace-revive.ts'
import { newSharedId, reviveShared } from '../travel/shared-id.ts'
import { warnOf } from '../warn-of.ts'

export interface PerWorkerOptions<T> {
  /**
   * Gives the resource back when its worker ends in order: the pool is shut down, or the program comes to its end. It
   * may be async; the worker waits for it. Not called when the worker is killed or the program calls `process.exit`.
   * @default nothing is done
   */
  readonly dispose?: ((resource: Awaited<T>) => unknown) | undefined
}

interface Definition {
  readonly id: string
  readonly factory: () => unknown
  readonly dispose: ((resource: never) => unknown) | undefined
}

interface Resource {
  /** What the factory returned. */
  readonly made: unknown
  readonly dispose: ((resource: never) => unknown) | undefined
}

interface Resources {
  /** By the id of their definitions, in the order in which they were made. */
  readonly made: Map<string, Resource>
  /** Called for the first one that is made. */
  notify: (() => void) | undefined
}

const resources = (): Resources =>
  slot('base.perWorker', () => ({ made: new Map<string, Resource>(), notify: undefined }))

/**
 * Something that each worker makes for itself and keeps: what {@link perWorker} returns. It can be captured by tasks,
 * passed to them, and sent anywhere; what arrives makes its own resource there.
 */
export class PerWorker<T> {
  readonly #definition: Definition

  /** Use {@link perWorker}. */
  constructor(definition: Definition) {
    if ((definition as Partial<Definition> | undefined)?.factory === undefined) {
      refuseNew('PerWorker', 'perWorker(factory)')
    }
    this.#definition = definition
  }

  /**
   * The resource of this worker, made at its first use; one for all tasks there. Where the factory returns a promise,
   * `await` {@link PerWorker.get} instead.
   *
   * @throws what the factory throws; the next use tries again
   * @throws InvalidStateError when the factory returned a promise
   */
  get value(): T {
    const made = this.#make()
    if (isThenable(made)) {
      throw new InvalidStateError('the factory of this perWorker returns a promise: write `await resource.get()`')
    }
    return made as T
  }

  /**
   * As {@link PerWorker.value}, for a factory that may be async.
   *
   * @throws (as a rejection) what the factory throws; the next use tries again
   */
  async get(): Promise<Awaited<T>> {
    return (await this.#make()) as Awaited<T>
  }

  #make(): unknown {
    const { id, factory, dispose } = this.#definition
    const { made: known } = resources()
    const existing = known.get(id)
    if (existing !== undefined) return existing.made
    const made = factory()
    const resource: Resource = { made, dispose }
    known.set(id, resource)
    if (isThenable(made)) {
      // It is tried again by the next use.
      const forget = (): void => void (known.get(id) === resource && known.delete(id))
      Promise.resolve(made).catch(forget)
    }
    if (dispose !== undefined) noteDisposable()
    return made
  }

  [replace](): Definition {
    reviveShared(this.#definition.id, () => this)
    return this.#definition
  }

  static [revive](definition: Definition): PerWorker<unknown> {
    return reviveShared(definition.id, () => new PerWorker(definition))
  }

  static get [origin](): Origin {
    return coreOrigin('PerWorker')
  }
}

/**
 * Describes something that cannot travel, such as a connection, a client or a logger: each worker makes it for itself
 * at its first use, keeps it for all tasks, and disposes of it at its end. In the main thread (`inline`, `async`) there
 * is one per process.
 *
 * ```ts
 * const random = perWorker(() => ({ next: () => Math.random(), close() {} }), { dispose: made => made.close() })
 * await new ThreadPoolExecutor().submit(() => random.value.next())
 * ```
 *
 * @param factory - makes the resource; it may return a promise, which `await db.get()` waits for
 * @throws TypeError when `factory` or `dispose` is no function, or for an unknown option
 */
export function perWorker<T>(factory: () => T, options: PerWorkerOptions<T> = {}): PerWorker<T> {
  checkFunction('factory', factory)
  checkOptionNames('perWorker', options, ['dispose'], { close: 'dispose', destroy: 'dispose' })
  const { dispose } = options
  if (dispose !== undefined) checkFunction('dispose', dispose)
  return new PerWorker({ id: newSharedId(), factory, dispose })
}

let watches = false

function noteDisposable(): void {
  const state = resources()
  const { notify } = state
  state.notify = undefined
  notify?.()
  if (watches) return
  watches = true
  // Of a program, a Process or a Thread; a worker of a pool is told to end.
  process.on('beforeExit', () => void disposePerWorker())
}

/** For workers of a pool: `notify` is called once, when there is something to dispose of at the end. */
export function onPerWorkerResource(notify: () => void): void {
  resources().notify = notify
}

/**
 * Disposes of all resources of this thread, the last one first.
 *
 * @returns undefined when there is nothing to wait for; never rejects: what a `dispose` throws becomes a warning
 */
export function disposePerWorker(): Promise<void> | undefined {
  const { made } = resources()
  const left = [...made.values()].filter(({ dispose }) => dispose !== undefined).toReversed()
  made.clear()
  return left.length === 0 ? undefined : disposeAll(left)
}

async function disposeAll(left: readonly Resource[]): Promise<void> {
  for (const { made, dispose } of left) {
    try {
      await dispose?.((await made) as never)
    } catch (error) {
      warnOf(error)
    }
  }
}
