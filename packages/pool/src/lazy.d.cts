declare const lazy: {
  core(): typeof import('@manyhands/core')
  /** The text of a CommonJS script that holds all that a worker needs. */
  workerText(): string
}
export = lazy
