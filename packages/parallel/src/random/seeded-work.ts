import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Work } from '../scheduler/work.ts'
import type { TaskSeed } from './task-seed.ts'

type AnyFunction = (...args: never[]) => unknown

/**
 * The same work, whose tasks find what their random numbers depend on. As a part of the function it reaches every
 * backend, and a further attempt has the same numbers.
 *
 * @param seed - of the call
 */
export function seededWork<T>(work: Work<T>, seed: string): Work<T> {
  const wrapped = new WeakMap<AnyFunction, AnyFunction>()
  const wrap = (fn: AnyFunction, isMapped: boolean): AnyFunction => {
    let made = wrapped.get(fn)
    if (made === undefined) wrapped.set(fn, (made = seeded(fn, seed, isMapped)))
    return made
  }
  return {
    ...work,
    batch(items, first) {
      const batch = work.batch(items, first)
      return 'calls' in batch
        ? { calls: batch.calls.map(({ fn, args }, i) => ({ fn: wrap(fn, false), args: [first + i, ...args] })) }
        : { ...batch, fn: wrap(batch.fn, true) }
    },
  }
}

/**
 * `fn` as it runs in a worker: its position is the second argument of a mapped function, and is put before those of a
 * delayed call. It travels by value, so it uses nothing else of this module.
 */
function seeded(fn: AnyFunction, seed: string, isMapped: boolean): AnyFunction {
  const call = function (this: unknown, ...given: unknown[]): unknown {
    const global = globalThis as unknown as Record<symbol, AsyncLocalStorage<TaskSeed> | undefined>
    const seeds = (global[Symbol.for('manyhands.taskSeeds')] ??= new (process.getBuiltinModule(
      'node:async_hooks',
    ).AsyncLocalStorage)())
    const index = isMapped ? given[1] : given.shift()
    return seeds.run({ path: `${seed}/${String(index)}`, calls: 0, random: undefined }, () =>
      fn.apply(this, given as never[]),
    )
  }
  Object.defineProperty(call, 'name', { value: fn.name })
  return call
}
