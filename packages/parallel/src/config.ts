import { AsyncLocalStorage } from 'node:async_hooks'
import { checkFunction, slot, markOwn } from '@manyhands/base'
import { checkOptions, type ParallelOptions } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'

function store(): AsyncLocalStorage<ParallelOptions> {
  return slot('parallel.config', () => new AsyncLocalStorage<ParallelOptions>())
}

/**
 * Sets defaults for every Parallel call that begins inside of `fn`, also after an `await`. Options given to a call
 * itself win.
 *
 * A nested `parallelConfig` inherits what it does not set. Nothing of this reaches code in workers.
 *
 * ```ts
 * await parallelConfig({ backend: 'processes', jobs: 2 }, () => libraryThatUsesParallel())
 * ```
 *
 * @returns what `fn` returns
 * @throws TypeError, RangeError for bad options; what `fn` throws
 */
export function parallelConfig<R>(options: ParallelOptions, fn: () => R): R {
  checkOptions('parallelConfig', options)
  checkFunction('fn', fn)
  return store().run(overlay(configuredOptions(), options), fn)
}

/** The defaults that hold here. */
export function configuredOptions(): ParallelOptions {
  return store().getStore() ?? {}
}

/** `over` where it sets something, else `under`. */
export function overlay(under: ParallelOptions, over: ParallelOptions): ParallelOptions {
  const set = Object.entries(over).filter(([, value]) => value !== undefined)
  // Arguments belong to the initializer that they are given with.
  const base = over.initializer === undefined ? under : { ...under, initializerArgs: undefined }
  return { ...base, ...Object.fromEntries(set) }
}

markOwn(parallelConfig, () => parallelOrigin('parallelConfig'))
