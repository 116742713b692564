import { isProxy } from 'node:util/types'
import { checkFunction, checkOptionNames, describeValue, markOwn } from '@manyhands/base'
import { labelOf, withCaptures } from '@manyhands/closure'
import type { OnError, Settled } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'

declare const result: unique symbol

/**
 * One call that has not been made yet: what `delayed(fn)(...args)` returns. A plain object, it does nothing until
 * Parallel runs it.
 *
 * `R` is the type of its result, promises unwrapped.
 */
export interface Task<R> {
  readonly fn: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  /** Never present: it carries the type of the result. */
  readonly [result]?: R
}

/** The result of a task. */
export type ResultOf<T> = T extends Task<infer R> ? R : never

/** The results of tasks: a tuple for a tuple, an array for an array. */
export type Results<T extends readonly Task<unknown>[], E extends OnError = 'throw', F = never> = {
  -readonly [K in keyof T]: Settled<ResultOf<T[K]>, E, F>
}

export interface DelayedOptions {
  /** Captured variables of `fn` and their values, instead of those that are read from `fn`. @default read from `fn` */
  readonly captures?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Wraps a function so that calling it makes a {@link Task} instead of running it.
 *
 * ```ts
 * const tasks = [1, 2, 3].map(n => delayed(square)(n))
 * ```
 *
 * @throws TypeError when `fn` is not a function, or for an unknown option
 */
export function delayed<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options?: DelayedOptions,
): (...args: A) => Task<Awaited<R>> {
  checkFunction('fn', fn, 'write delayed(fn)(...args), not delayed(fn(...args))')
  if (options !== undefined) checkOptionNames('delayed', options, ['captures'])
  const travelling = options?.captures === undefined ? fn : withCaptures(fn, options.captures)
  return (...args) => ({ fn: travelling, args })
}

/** @throws TypeError that names the position of what is not a task */
export function checkTask(task: unknown, position: number): asserts task is Task<unknown> {
  if (
    typeof task === 'object' &&
    task !== null &&
    typeof (task as Task<unknown>).fn === 'function' &&
    Array.isArray((task as Task<unknown>).args)
  ) {
    return
  }
  throw new TypeError(
    `task ${position} is not a delayed call: ${describe(task)}. Write delayed(fn)(...args)${hint(task)}`,
  )
}

const describe = (task: unknown): string =>
  typeof task === 'function' && !isProxy(task) ? `function ${labelOf(task)}` : describeValue(task)

function hint(task: unknown): string {
  if (typeof task === 'function') {
    return '; if this is what delayed(fn) returned, call it with the arguments of the task'
  }
  if (typeof (task as { then?: unknown } | null)?.then === 'function') {
    return '; fn(...args) has run the function already'
  }
  return ''
}

markOwn(delayed, () => parallelOrigin('delayed'))
