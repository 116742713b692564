import { SerializationError } from '@manyhands/base'
import { BATCH_MS } from './batch-size.ts'
import type { Slice } from './batch.ts'
import type { BatchEncoder } from './batch-encoder.ts'
import { Task } from './task.ts'
import type { TaskQueue } from './task-queue.ts'

/**
 * Takes tasks from the front of the queue into a message: one, or as many as are worth `BATCH_MS`. A task whose arguments cannot travel is failed and
 * left out.
 */
export function loadTasks(queue: TaskQueue, encoder: BatchEncoder, limit: number): Task[] {
  const tasks: Task[] = []
  let estimateMs = 0
  for (let item = queue.front(); item instanceof Task && tasks.length < limit; item = queue.front()) {
    const cost = item.fn.costMs
    if (tasks.length > 0 && (item.alone || cost === undefined || estimateMs + cost > BATCH_MS)) break
    try {
      if (!encoder.add(item.fn, item.args)) break
    } catch (error) {
      queue.shift()
      item.release()
      item.reject(asSendError(item.name, error))
      continue
    }
    queue.shift()
    if (item.state === 'pending') item.start()
    tasks.push(item)
    if (cost === undefined || item.alone) break
    estimateMs += cost
  }
  return tasks
}

/**
 * Takes tasks of a slice into a message, from its front until one shares an object with those before.
 *
 * @returns the slice that the message holds, and the one that is left; a task whose arguments cannot travel is failed and in neither
 */
export function loadSlice(slice: Slice, encoder: BatchEncoder): { readonly loaded: Slice; readonly rest: Slice } {
  const { state } = slice
  const { batch } = state
  let from = slice.from
  let i = from
  for (; i < slice.to; i++) {
    const fn = state.record(i)
    try {
      const call = 'calls' in batch ? batch.calls[i] : undefined
      const fits = call !== undefined ? encoder.add(fn, call.args) : 'items' in batch && encoder.addItem(fn, batch.items[i], batch.firstIndex + i)
      if (!fits) break
    } catch (error) {
      if (i > from) break // it is the first of the next message and is failed there
      state.error(i, asSendError(fn.name, error))
      from = i + 1
    }
  }
  return { loaded: slice.part(from, i), rest: slice.part(Math.max(from, i), slice.to) }
}

/** What a task fails with when it could not be sent. */
export function asSendError(taskName: string, cause: unknown): SerializationError {
  if (cause instanceof SerializationError) return cause
  return new SerializationError(`cannot send task \`${taskName}\`: ${(cause as Error | undefined)?.message ?? String(cause)}`, { cause })
}
