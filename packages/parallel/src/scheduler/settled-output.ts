import { checkSync, isThenable, Promise, type TaskFailure, TasksFailedError } from '@manyhands/base'
import type { FailureRule } from './failure-rule.ts'
import type { Holder, Output, Results } from './output.ts'

/** How far a call is. */
export interface CallProgress {
  /** Tasks that succeeded. */
  readonly done: number
  /** Tasks that failed and will not run again. */
  readonly failed: number
  /** How many tasks there are; undefined while that is not known. */
  readonly total: number | undefined
}

export interface SettledOutputOptions {
  readonly rule: FailureRule | undefined
  readonly onResult: ((result: never, index: number) => unknown) | undefined
  readonly onProgress: ((progress: CallProgress) => unknown) | undefined
  readonly total: number | undefined
  /** Runs a function in the async context of the caller. */
  readonly context: <R>(fn: () => R) => R
}

/**
 * Stands before the results of a call that treats failed tasks in its own way, or whose caller wants to be called for
 * each task. Other calls have their results themselves as output.
 */
export class SettledOutput implements Output {
  readonly #results: Results
  readonly #options: SettledOutputOptions
  readonly #failures: TaskFailure[] = []
  #done = 0
  #failed = 0
  #deferred: TasksFailedError | undefined
  readonly failed: Output['failed']

  constructor(results: Results, options: SettledOutputOptions) {
    this.#results = results
    this.#options = options
    const { rule } = options
    if (rule !== undefined) this.failed = (index, error, from) => this.#settleError(rule, index, error, from)
  }

  value(index: number, value: unknown, from: Holder): void {
    const { rule } = this.#options
    this.#done++
    this.#put(index, rule === undefined ? value : rule.ofValue(value), from)
  }

  #settleError(rule: FailureRule, index: number, error: unknown, from: Holder): Promise<() => void> | undefined {
    const { ofError } = rule
    if (ofError === undefined) {
      this.#failed++
      this.#failures.push({ index, error })
      this.#results.skip(index)
      this.#report()
      return undefined
    }
    const deliver = (result: unknown): void => {
      this.#failed++
      this.#put(index, result, from)
    }
    const result = this.#options.context(() => ofError(error, index))
    if (isThenable(result)) return Promise.resolve(result).then(settled => () => deliver(settled))
    deliver(result)
    return undefined
  }

  /** First the caller, because what `onResult` throws ends the call before the result counts. */
  #put(index: number, result: unknown, from: Holder): void {
    const { onResult, context } = this.#options
    if (onResult !== undefined) {
      checkSync(
        'onResult',
        context(() => onResult(result as never, index)),
        'use stream() to await something for each result',
      )
    }
    this.#report()
    this.#results.value(index, result, from)
  }

  #report(): void {
    const { onProgress, context, total } = this.#options
    if (onProgress === undefined) return
    const progress = { done: this.#done, failed: this.#failed, total }
    checkSync(
      'onProgress',
      context(() => onProgress(progress)),
      'return at once',
    )
  }

  deferred(): unknown {
    if (this.#failures.length === 0) return undefined
    const failures = this.#failures.toSorted((a, b) => a.index - b.index)
    return (this.#deferred = new TasksFailedError(
      failures,
      this.#results.outcomes(failures),
      this.#done + this.#failed,
    ))
  }

  end(): void {
    this.#results.end()
  }

  fail(error: unknown): void {
    if (error === this.#deferred) this.#results.endWith(error)
    else this.#results.fail(error)
  }
}
