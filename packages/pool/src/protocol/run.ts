import type { Payload } from './payload.ts'

/** Entries of a run in a BATCH message. */
export const RUN_LENGTH = 5
/** Where the first run of a BATCH message begins. */
export const FIRST_RUN = 3

/** `count` calls of one function with `arity` arguments each. */
export type Run = readonly [
  /** An id that was defined, or the packed function itself when it runs only once. */
  fn: number | object,
  count: number,
  /** Or `SPREAD`. */
  arity: number,
  /** >= 0: call `fn(payload[k], firstIndex + k)`. -1: call `fn` with `arity` values of the payload. */
  firstIndex: number,
  /** `count * arity` values. A Float64Array when all are numbers and there are many. */
  payload: Payload,
]

/** Instead of an arity: the payload holds one array with all arguments of the one call, because they share objects. */
export const SPREAD = -1

/** The function of the run at `at`, which is looked up more often than the run is read. */
export function functionOfRun(message: readonly unknown[], at: number): Run[0] {
  return message[at] as Run[0]
}

/** The number of calls of the run at `at`. */
export function countOfRun(message: readonly unknown[], at: number): number {
  return message[at + 1] as number
}

/** The run at `at` of a BATCH message. */
export function readRun(message: readonly unknown[], at: number) {
  return {
    count: message[at + 1] as Run[1],
    arity: message[at + 2] as Run[2],
    firstIndex: message[at + 3] as Run[3],
    payload: message[at + 4] as Run[4],
  }
}
