import { newSharedId, Promise } from '@manyhands/base'
import { noteInitializer } from '@manyhands/closure'
import type { Work } from './scheduler/work.ts'

/** A function that prepares a worker for the tasks of a call, with its arguments. */
export interface Initializer {
  readonly fn: AnyFunction
  readonly args: readonly unknown[]
}

type AnyFunction = (...args: never[]) => unknown

/** In this thread: the initializers that have run (true), or are running. By id, the oldest first. */
type Started = Map<string, true | Promise<unknown>>

/**
 * The same work, with each function preceded by the initializer, which runs once per worker. As a part of the function
 * it reaches every backend, also those of others, and calls with different initializers can share their workers.
 */
export function withInitializer<T>(work: Work<T>, initializer: Initializer): Work<T> {
  const id = idOf(initializer)
  noteInitializer(initializer.fn)
  const wrapped = new WeakMap<AnyFunction, AnyFunction>()
  const wrap = (fn: AnyFunction): AnyFunction => {
    let made = wrapped.get(fn)
    if (made === undefined) wrapped.set(fn, (made = initialized(fn, initializer, id)))
    return made
  }
  return {
    ...work,
    batch(items, first) {
      const batch = work.batch(items, first)
      return 'calls' in batch
        ? { calls: batch.calls.map(({ fn, args }) => ({ fn: wrap(fn), args })) }
        : { ...batch, fn: wrap(batch.fn) }
    },
  }
}

/**
 * `fn` as it runs in a worker: after the initializer. It travels by value, so it uses nothing else of this module.
 */
function initialized(fn: AnyFunction, { fn: initializer, args }: Initializer, id: string): AnyFunction {
  const call = function (this: unknown, ...given: never[]): unknown {
    const global = globalThis as unknown as Record<symbol, Started | undefined>
    const started = (global[Symbol.for('manyhands.initializers')] ??= new Map())
    let state = started.get(id)
    if (state === undefined) {
      const result = initializer(...(args as never[]))
      if (typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function') {
        state = Promise.resolve(result).then(
          () => void started.set(id, true),
          error => {
            started.delete(id) // the next call that names it tries again
            throw error
          },
        )
      } else {
        state = true
      }
      started.set(id, state)
      // An initializer that is made anew for each call is another each time.
      if (started.size > 1000) started.delete(started.keys().next().value as string)
    }
    return state === true ? fn.apply(this, given) : state.then(() => fn.apply(this, given))
  }
  Object.defineProperty(call, 'name', { value: fn.name })
  return call
}

const known = new WeakMap<AnyFunction, { readonly args: readonly unknown[]; readonly id: string }[]>()
/** Sets of arguments that are remembered of one initializer; with others it runs again. */
const MAX_SETS = 100

/** The same for the same function and arguments. */
function idOf({ fn, args }: Initializer): string {
  let sets = known.get(fn)
  if (sets === undefined) known.set(fn, (sets = []))
  const same = sets.find(set => set.args.length === args.length && set.args.every((arg, i) => Object.is(arg, args[i])))
  if (same !== undefined) return same.id
  const id = newSharedId()
  sets.push({ args, id })
  if (sets.length > MAX_SETS) sets.shift()
  return id
}
