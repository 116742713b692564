/**
 * Passed to the constructor of a revived primitive in place of options: only the constructor can create private fields.
 * Not exported from the package.
 */
class RevivedHandle {
  readonly handle: unknown

  constructor(handle: unknown) {
    this.handle = handle
  }
}

/** For `[revive]`: wraps a handle for the constructor. */
export function asRevivedHandle(handle: object): object {
  return new RevivedHandle(handle)
}

/** For the constructor: the handle, if it received one. */
export function revivedHandle<H>(options: object): H | undefined {
  return options instanceof RevivedHandle ? (options.handle as H) : undefined
}
