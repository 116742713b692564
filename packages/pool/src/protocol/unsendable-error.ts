import { describeValue, SerializationError } from '@manyhands/base'

/** Is sent instead of the error with which `what` failed, which cannot travel. */
export function unsendableError(what: string, thrown: unknown, cause: unknown): SerializationError {
  const told = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describeValue(thrown)
  return new SerializationError(
    `${what} failed with ${told}, and that error cannot be sent back as it is: ${(cause as Error).message}`,
  )
}
