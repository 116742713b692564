import type { Writable } from 'node:stream'

export type OutputName = 'stdout' | 'stderr'

/**
 * Calls `prepare` with `process.stdout` or `process.stderr` when that is first used, because a worker that prints
 * nothing need not make it.
 */
export function onFirstUse(name: OutputName, prepare: (stream: Writable) => void): void {
  const own = Object.getOwnPropertyDescriptor(process, name)
  const { get } = own ?? {}
  if (own === undefined || get === undefined) return // the user has put something in its place
  Object.defineProperty(process, name, {
    ...own,
    get() {
      Object.defineProperty(process, name, own)
      const stream = get.call(process) as Writable
      prepare(stream)
      return stream
    },
  })
}
