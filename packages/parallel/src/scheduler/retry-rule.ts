import { isParallelError } from '@manyhands/base'

/** Errors of ours after which a further attempt makes no sense, or was not wanted. */
const final = new Set([
  'TaskTimeoutError',
  'CancelledError',
  'SerializationError',
  'ShutdownError',
  'BrokenPoolError',
  'InternalError',
])

/**
 * True for a task's own error and for the exit of its worker. By name, because an error may come from another copy of
 * the package.
 */
export function isRetryable(error: unknown): boolean {
  return !isParallelError(error) || !final.has(error.name)
}
