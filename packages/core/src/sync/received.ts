/**
 * Given to the constructor of a primitive that is revived, in the place of options: a primitive has private fields,
 * which only its constructor can make. It is not exported from the package.
 */
class Received {
  readonly handle: unknown

  constructor(handle: unknown) {
    this.handle = handle
  }
}

/** For `[revive]`: to be given to the constructor. */
export function asReceived(handle: object): object {
  return new Received(handle)
}

/** For the constructor: the handle, if it was given one. */
export function receivedHandle<H>(options: object): H | undefined {
  return options instanceof Received ? (options.handle as H) : undefined
}
