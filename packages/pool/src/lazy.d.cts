declare const lazy: {
  core(): typeof import('@manyhands/core')
  packing(): typeof import('@manyhands/closure')
  /** What workers of a bundled program start with, by name. */
  parts(): Readonly<Record<string, string>>
}
export = lazy
