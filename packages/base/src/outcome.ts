/**
 * What a task came to: its value, or the error that it failed with. By `ok` TypeScript tells the two apart, also when
 * the task returns an Error, and also after `const { ok, value, error } = outcome`.
 */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly error?: undefined }
  | { readonly ok: false; readonly error: unknown; readonly value?: undefined }

/** A task that failed. */
export interface TaskFailure {
  /** Position of the task in the input. */
  readonly index: number
  readonly error: unknown
}
