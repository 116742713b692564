import { isParallelError, taskInfoOf } from '@manyhands/base'

/** What stands in the results when `onError` is not `'throw'`, or when there is a fallback. */
export interface FailureRule {
  /** For a task that succeeded. */
  readonly ofValue: (value: unknown) => unknown
  /** For one that failed; it may be a promise. Left out where nothing does, and the error comes at the end. */
  readonly ofError?: ((error: unknown, index: number) => unknown) | undefined
}

export type Fallback = (error: unknown, index: number) => unknown

const same = (value: unknown): unknown => value

const collect: FailureRule = {
  ofValue: value => ({ ok: true, value }),
  ofError: error => ({ ok: false, error }),
}

const defer: FailureRule = { ofValue: same }

/** @returns undefined where an error ends the call */
export function failureRule(
  onError: 'throw' | 'collect' | 'defer',
  fallback: Fallback | undefined,
): FailureRule | undefined {
  if (fallback !== undefined) return { ofValue: same, ofError: fallback }
  return onError === 'throw' ? undefined : onError === 'collect' ? collect : defer
}

/** What is wrong is the backend, and the tasks behind this one would fail as well. */
const ofBackend = new Set(['BrokenPoolError', 'ShutdownError', 'InternalError'])

/**
 * True for an error that is not one task's. By name, because an error may come from another copy of the package; such
 * an error that a worker reports is what its task has thrown.
 */
export function isOfBackend(error: unknown): boolean {
  return isParallelError(error) && ofBackend.has(error.name) && taskInfoOf(error) === undefined
}
