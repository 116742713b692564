import { SerializationError } from '@manyhands/base'
import { unsendable } from '../protocol/unsendable-error.ts'

/** What a task fails with when it could not be sent. */
export function asSendError(taskName: string, cause: unknown): SerializationError {
  if (cause instanceof SerializationError) {
    return unsendable(`an argument of task \`${taskName}\` cannot be sent`, cause)
  }
  return new SerializationError(
    `cannot send task \`${taskName}\`: ${(cause as Error | undefined)?.message ?? String(cause)}`,
    { cause },
  )
}
