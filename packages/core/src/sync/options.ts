import {
  abortedError,
  type Across,
  checkDuration,
  checkOptionNames,
  checkSignal,
  describeValue,
  WaitTimeoutError,
} from '@manyhands/base'

export interface PrimitiveOptions {
  /**
   * Which workers can share the object. An object for processes also works between threads; it needs a native call, see
   * `Region`.
   * @default 'threads'
   */
  readonly across?: Across | undefined
}

export interface AcquireOptions {
  /** Milliseconds to wait at most; 0 tries once. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

export interface AcquireSyncOptions {
  /** Milliseconds to wait at most; 0 tries once. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Allow the call to block the main thread of the program, where it would otherwise throw. @default false */
  readonly allowMainThread?: boolean | undefined
}

/** @throws RangeError unless `across` is 'threads', 'processes' or undefined */
export function checkPrimitiveAcross(across: unknown): Across {
  if (across === undefined || across === 'threads') return 'threads'
  if (across === 'processes') return across
  throw new RangeError(`across must be 'threads' or 'processes', got ${describeValue(across)}`)
}

const mistakes = { timeout: 'timeoutMs', block: 'timeoutMs', blocking: 'timeoutMs' }

/** @throws CancelledError when the signal is already aborted; TypeError, RangeError for bad options */
export function checkAcquireOptions(where: string, options: AcquireOptions): void {
  checkOptionNames(where, options, ['timeoutMs', 'signal'], mistakes)
  checkDuration('timeoutMs', options.timeoutMs, { zero: true })
  checkSignal('signal', options.signal)
  if (options.signal?.aborted === true) throw abortedError(where, options.signal.reason)
}

/** @throws TypeError, RangeError for bad options */
export function checkAcquireSyncOptions(where: string, options: AcquireSyncOptions): void {
  checkOptionNames(where, options, ['timeoutMs', 'allowMainThread'], mistakes)
  checkDuration('timeoutMs', options.timeoutMs, { zero: true })
}

/** The error of a wait that was given up. */
export function waitEndedError(where: string, what: string, { timeoutMs, signal }: AcquireOptions): Error {
  return signal?.aborted === true ? abortedError(where, signal.reason) : new WaitTimeoutError(what, timeoutMs ?? 0)
}
