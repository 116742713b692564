import { describeValue } from '../options.ts'
import type { FutureLabel } from './future-label.ts'

/** A failure that nobody has looked at yet. It must not hold the future: it is reported when that is collected. */
export interface UnseenFailure {
  seen: boolean
  readonly taskName: string
  readonly message: string
  /** The pool that ran it, as a token that keeps nothing alive. */
  readonly owner: object | undefined
}

const failures = new Set<UnseenFailure>()
let collected: FinalizationRegistry<UnseenFailure> | undefined

/** From now on: warn when `future` is collected, or its owner closes, before anyone has looked at it. */
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
 * For executors, when they close: warns of the failures of `owner` (the token given to their FutureResolvers) that
 * nobody has looked at.
 */
export function warnOfUnseenFailures(owner: object): void {
  for (const failure of failures) if (failure.owner === owner) report(failure)
}

function report(failure: UnseenFailure): void {
  if (!failures.delete(failure) || failure.seen) return
  process.emitWarning(`task \`${failure.taskName}\` failed and nobody looked at its future: ${failure.message}`, {
    type: 'ManyhandsWarning',
    code: 'MANYHANDS_UNSEEN_FAILURE',
  })
}
