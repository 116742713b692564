import { AsyncLocalStorage } from 'node:async_hooks'
import { checkFunction, slot, markOwn } from '@manyhands/base'
import { checkConfigOptions } from './check-options.ts'
import type { AnyOptions, ConfigOptions } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'

function store(): AsyncLocalStorage<ConfigOptions> {
  return slot('parallel.config', () => new AsyncLocalStorage<ConfigOptions>())
}

/**
 * Sets defaults for every Parallel call that begins inside of `fn`, also after an `await`. Options given to a call
 * itself win.
 *
 * A nested `parallelConfig` inherits what it does not set. Nothing of this reaches code in workers. What decides about
 * the results of a call (`onError`, `fallback`, `onResult`, `seed`, `reuse`) is given to the call itself.
 *
 * ```ts
 * await parallelConfig({ backend: 'processes', jobs: 2 }, () => libraryThatUsesParallel())
 * ```
 *
 * @returns what `fn` returns
 * @throws TypeError, RangeError for bad options; what `fn` throws
 */
export function parallelConfig<R>(options: ConfigOptions, fn: () => R): R {
  checkConfigOptions(options)
  checkFunction('fn', fn)
  return store().run(overlay(configuredOptions(), options), fn)
}

/** The defaults that hold here. */
export function configuredOptions(): ConfigOptions {
  return store().getStore() ?? {}
}

/** `over` where it sets something, else `under`. */
export function overlay<O extends AnyOptions>(under: ConfigOptions, over: O): O {
  const set = Object.entries(over).filter(([, value]) => value !== undefined)
  // Arguments belong to the initializer that they are given with.
  const base = over.initializer === undefined ? under : { ...under, initializerArgs: undefined }
  return { ...base, ...Object.fromEntries(set) } as O
}

markOwn(parallelConfig, () => parallelOrigin('parallelConfig'))
