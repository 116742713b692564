import { openInput } from '@manyhands/base'
import { ArraySource } from './array-source.ts'
import { AsyncSource } from './async-source.ts'
import { IteratorSource } from './iterator-source.ts'
import type { Source } from './source.ts'

/**
 * What `input` holds. An array is read as it is when its items are taken, up to the length that it has now.
 *
 * @throws TypeError when it is not iterable
 */
export function openSource<T>(where: string, what: string, input: Iterable<T> | AsyncIterable<T>): Source<T> {
  if (Array.isArray(input)) return new ArraySource<T>(input)
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) {
    return new ArraySource(input as unknown as ArrayLike<T>)
  }
  const opened = openInput<T>(where, what, input)
  if ('async' in opened) return new AsyncSource(opened.async)
  return new IteratorSource(opened.sync, input instanceof Set || input instanceof Map ? input.size : undefined)
}
