import { slot, markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'

// In the process-wide state, so that it is one wherever a copy of `move` runs.
const moved = (): WeakMap<object, readonly unknown[]> =>
  slot('pool.moved', () => new WeakMap<object, readonly unknown[]>())

/**
 * Lets the buffers of a task's result move to the caller instead of being copied (threads only; a process always
 * copies).
 *
 * ```ts
 * const pixels = await pool.submit(() => move(new Uint8Array(64 << 20)))
 * ```
 *
 * The task must not use the buffers any more.
 *
 * @param buffers - what moves. @default the buffer of `value`, when it is a typed array or a buffer
 */
export function move<T extends object>(value: T, buffers?: readonly ArrayBuffer[]): T {
  const own = ArrayBuffer.isView(value) ? value.buffer : value instanceof ArrayBuffer ? value : undefined
  const list = buffers ?? (own instanceof ArrayBuffer ? [own] : [])
  moved().set(value, list)
  return value
}

/** What an encoded value can only be moved with: the ends of message channels in it. */
export function movedWith(encoded: object): readonly object[] {
  return (encoded as { readonly transfer?: readonly object[] }).transfer ?? []
}

/** The buffers that were marked by `move`, once. */
export function takeMoved(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const buffers = moved().get(value)
  if (buffers !== undefined) moved().delete(value)
  return buffers
}

markOwn(move, () => poolOrigin('move'))
