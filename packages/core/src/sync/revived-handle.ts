/**
 * Given to the constructor of a primitive that is revived, in the place of options: a primitive has private fields,
 * which only its constructor can make. It is not exported from the package.
 */
class RevivedHandle {
  readonly handle: unknown

  constructor(handle: unknown) {
    this.handle = handle
  }
}

/** For `[revive]`: to be given to the constructor. */
export function asRevivedHandle(handle: object): object {
  return new RevivedHandle(handle)
}

/** For the constructor: the handle, if it was given one. */
export function revivedHandle<H>(options: object): H | undefined {
  return options instanceof RevivedHandle ? (options.handle as H) : undefined
}
