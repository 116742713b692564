import { describeValue } from '../options.ts'
import type { FutureLabel } from './future-label.ts'

/**
 * A failure that was not observed yet. It must not reference the future: it is reported when the future is collected.
 */
export interface UnseenFailure {
  seen: boolean
  readonly taskName: string
  readonly message: string
  /** The pool that ran the task, as a token that keeps nothing alive. */
  readonly owner: object | undefined
}

const failures = new Set<UnseenFailure>()
let collected: FinalizationRegistry<UnseenFailure> | undefined

/** Arranges a warning for when `future` is collected, or its owner closes, before the failure was observed. */
export function watchFailure(future: object, { name, owner }: FutureLabel, error: unknown): UnseenFailure {
  collected ??= new FinalizationRegistry(report)
  const failure = {
    seen: false,
    taskName: name,
    message: error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error),
    owner,
  }
  failures.add(failure)
  collected.register(future, failure)
  return failure
}

/**
 * For executors, when they close: warns of the unobserved failures of `owner` (the token passed to their
 * FutureResolvers).
 */
export function warnOfUnseenFailures(owner: object): void {
  for (const failure of failures) if (failure.owner === owner) report(failure)
}

function report(failure: UnseenFailure): void {
  if (!failures.delete(failure) || failure.seen) return
  process.emitWarning(`task \`${failure.taskName}\` failed and its future was never observed: ${failure.message}`, {
    type: 'ManyhandsWarning',
    code: 'MANYHANDS_UNSEEN_FAILURE',
  })
}
