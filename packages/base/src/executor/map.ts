import type { TaskFunction } from './batch.ts'

export interface MapOptions {
  /**
   * Items that are sent to a worker together. @default each is a task as those of `submit`: calls that turn out to take
   * next to nothing are sent together, others alone
   */
  readonly chunkSize?: number | undefined
  /**
   * The most results that may be running or finished but not yet taken; the input is pulled no further than that.
   * @default no limit: the whole input is submitted at once
   */
  readonly bufferSize?: number | undefined
  /** Milliseconds for all results, counted from the call. @default no limit */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly spread?: false | undefined
}

/** As Python's `starmap`. */
export interface SpreadMapOptions extends Omit<MapOptions, 'spread'> {
  /** Each item is an array of arguments: `fn(...item)` is called. For one iterable only. @default false */
  readonly spread: true
}

/** A result that comes out of order. */
export interface Indexed<T> {
  /** Position of its task in the input. */
  readonly index: number
  readonly value: T
}

/** What a map returns: the results, one after the other or all together. */
export interface MapResults<T> extends AsyncIterableIterator<T>, AsyncDisposable {
  /**
   * All results that were not taken yet, as an array.
   *
   * @throws as the iteration does; what was not handed to a worker is cancelled then
   */
  toArray(): Promise<T[]>
  /** Cancels what was not handed to a worker, and closes the input. */
  return(): Promise<IteratorResult<T, undefined>>
}

export type MapItems<T> = Iterable<T> | AsyncIterable<T>

/** One iterable for each parameter. */
export type MapItemsOf<A extends readonly unknown[]> = { readonly [K in keyof A]: MapItems<A[K]> }

/** How a map is called: with one iterable, with one of arrays of arguments, or with several in step. */
export interface MapCall<Order extends 'ordered' | 'unordered'> {
  <I, R>(fn: (item: I) => R, items: MapItems<I>, options?: MapOptions): ResultsOf<Order, R>
  <A extends readonly [] | readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    items: MapItems<Readonly<A>>,
    options: SpreadMapOptions,
  ): ResultsOf<Order, R>
  <A extends readonly unknown[], R>(fn: TaskFunction<A, R>, ...inputs: MapItemsOf<A>): ResultsOf<Order, R>
  <A extends readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    ...inputs: [...MapItemsOf<A>, options: MapOptions | undefined]
  ): ResultsOf<Order, R>
}

type ResultsOf<Order extends 'ordered' | 'unordered', R> = MapResults<
  Order extends 'ordered' ? Awaited<R> : Indexed<Awaited<R>>
>
