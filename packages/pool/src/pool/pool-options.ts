import {
  checkFunction,
  checkOptionNames,
  describeValue,
  type KnownMistakes,
  type MapItems,
  type MapOptions,
} from '@manyhands/base'
import type { ExecutorKind } from '../executor/executor-classes.ts'
import { executorMistakes, executorOptionNames, type ExecutorOptions } from '../executor/executor-options.ts'
import type { Callbacks } from './async-result.ts'

export interface PoolOptions extends ExecutorOptions {
  /** What its workers are. @default 'processes' */
  readonly kind?: ExecutorKind | undefined
}

/** Options of the maps that give an array. A number is the `chunkSize`. */
export interface PoolMapOptions extends Pick<MapOptions, 'timeoutMs' | 'signal'> {
  /**
   * Items that are sent to a worker together.
   * @default the items divided by 4 × maxWorkers, rounded up; as for `imap` where the input is async
   */
  readonly chunkSize?: number | undefined
}

export interface MapAsyncOptions<R> extends PoolMapOptions, Callbacks<R[]> {}

/** Options of `imap` and `imapUnordered`. A number is the `chunkSize`. */
export type ImapOptions = Omit<MapOptions, 'spread'>

const mistakes: KnownMistakes = {
  processes: 'maxWorkers',
  maxtasksperchild: 'maxTasksPerChild',
  context: 'startMethod',
}

/** @throws TypeError, RangeError naming the option, the value and what is allowed */
export function readPoolOptions(given: PoolOptions | number): PoolOptions {
  if (typeof given === 'number') return { maxWorkers: given }
  const options: unknown = given
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Pool takes an options object or a number of workers, got ${describeValue(options)}`)
  }
  checkOptionNames('Pool', given, ['kind', ...executorOptionNames], { ...executorMistakes, ...mistakes })
  return given
}

const mapMistakes: KnownMistakes = {
  chunksize: 'chunkSize',
  buffersize: 'bufferSize',
  timeout: 'timeoutMs',
  error_callback: 'errorCallback',
}
const mapNames = ['chunkSize', 'timeoutMs', 'signal']
const callbackNames = ['callback', 'errorCallback']

/** The names that each method takes. */
const namesOf = {
  map: mapNames,
  starmap: mapNames,
  mapAsync: [...mapNames, ...callbackNames],
  starmapAsync: [...mapNames, ...callbackNames],
  imap: [...mapNames, 'bufferSize'],
  imapUnordered: [...mapNames, 'bufferSize'],
  applyAsync: callbackNames,
} as const

export type PoolMethod = keyof typeof namesOf

/** @throws TypeError naming the option, the value and what is allowed */
export function readMethodOptions<O extends object>(where: PoolMethod, given: O | number | undefined): Partial<O> {
  if (given === undefined) return {}
  const options = typeof given === 'number' ? { chunkSize: given } : given
  checkOptionNames(where, options, namesOf[where], mapMistakes)
  const { callback, errorCallback } = options as Callbacks<unknown>
  if (callback !== undefined) checkFunction('callback', callback)
  if (errorCallback !== undefined) checkFunction('errorCallback', errorCallback)
  return options as Partial<O>
}

/** The items of a map whose `chunkSize` is to be found, and how many there are; unknown for an async input. */
export function countItems<T>(items: MapItems<T>): { readonly items: MapItems<T>; readonly count: number | undefined } {
  const given: unknown = items
  if (given === undefined || given === null) return { items, count: undefined } // refused later
  const { length, size } = items as { readonly length?: unknown; readonly size?: unknown }
  if (typeof length === 'number') return { items, count: length }
  if (typeof size === 'number') return { items, count: size }
  if (Symbol.asyncIterator in Object(items) || !(Symbol.iterator in Object(items))) return { items, count: undefined }
  try {
    const list = [...(items as Iterable<T>)]
    return { items: list, count: list.length }
  } catch (error) {
    return { items: failing(error), count: undefined }
  }
}

function failing(error: unknown): Iterable<never> {
  const next = (): never => {
    throw error
  }
  return { [Symbol.iterator]: () => ({ next }) }
}
