import { describeValue, SerializationError } from '@manyhands/base'

/** Is sent instead of the error with which `what` failed, which cannot travel. */
export function unsendableError(what: string, thrown: unknown, cause: unknown): SerializationError {
  const told = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describeValue(thrown)
  return new SerializationError(
    `${what} failed with ${told}, and that error cannot be sent back as it is: ${(cause as Error).message}`,
  )
}

/** Says of what could not be packed whose it is: `an argument of task \`fit\` cannot be sent: …`. */
export function unsendable(what: string, failure: SerializationError): SerializationError {
  const { message, path, hint } = failure
  return new SerializationError(`${what}: ${message}`, {
    path,
    hint,
    ...('cause' in failure ? { cause: failure.cause } : {}),
  })
}

/** What errors about results begin with; their worker does not know what the program calls its tasks. */
export const THE_RESULT = 'the result of the task'

/**
 * Names the task in an error about its result.
 *
 * @param name - may take long to find out
 */
export function nameTask(error: unknown, name: () => string): void {
  if (!(error instanceof SerializationError) || !error.message.startsWith(THE_RESULT)) return
  const named = `the result of task \`${name()}\``
  const { stack } = error
  error.message = error.message.replace(THE_RESULT, () => named)
  if (typeof stack === 'string') error.stack = stack.replace(THE_RESULT, () => named)
}
