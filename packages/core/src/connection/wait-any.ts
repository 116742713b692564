import {
  abortedError,
  checkDuration,
  checkOptionNames,
  checkSignal,
  describeValue,
  untilDone,
  waitable,
  type Waitable,
  type Waiting,
} from '@manyhands/base'
import type { ReceiveOptions } from './connection-options.ts'

/** A socket of `node:net`, or any other readable stream. */
export type ReadableLike = import('node:stream').Readable

/**
 * Waits until at least one of several objects is ready: a connection that has a message or was closed by its other end,
 * a socket that has bytes or has ended, the sentinel of a process that has exited.
 *
 * ```ts
 * for (const ready of await waitAny([connection, child.sentinel])) console.log(ready === connection)
 * ```
 *
 * @param options.timeoutMs - milliseconds to wait at most; 0 or less does not wait. @default no limit
 * @returns all ready objects, in the order of the input; an empty array after `timeoutMs`, or for an empty input
 * @throws {@link CancelledError} when `signal` is aborted
 * @throws TypeError for an object that cannot be waited for
 */
export async function waitAny<T extends Waitable | ReadableLike>(
  things: Iterable<T>,
  options: ReceiveOptions = {},
): Promise<T[]> {
  checkOptionNames('waitAny', options, ['timeoutMs', 'signal'])
  checkDuration('timeoutMs', options.timeoutMs, { negative: true })
  checkSignal('signal', options.signal)
  const { timeoutMs, signal } = options
  const all = Array.from(things, thing => [thing, waitingOf(thing)] as const)
  const ready = (): T[] => all.flatMap(([thing, waiting]) => (waiting.ready ? [thing] : []))
  if (signal?.aborted === true) throw abortedError('waitAny', signal.reason)
  const now = ready()
  if (now.length > 0 || all.length === 0 || (timeoutMs !== undefined && timeoutMs <= 0)) return now
  return untilDone(
    'waitAny',
    options,
    (): T[] => [],
    settle => {
      const look = (): void => {
        const found = ready()
        if (found.length > 0) settle.resolve(found)
      }
      const stops = all.map(([, waiting]) => waiting.watch(look))
      return () => {
        for (const stop of stops) stop()
      }
    },
  )
}

function waitingOf(thing: unknown): Waiting {
  if (typeof thing === 'object' && thing !== null) {
    if (waitable in thing) return (thing as Waitable)[waitable]()
    if (thing instanceof process.getBuiltinModule('node:stream').Readable) return waitingOfStream(thing)
  }
  throw new TypeError(`waitAny takes connections, sockets and sentinels, got ${describeValue(thing)}`)
}

function waitingOfStream(stream: ReadableLike): Waiting {
  return {
    get ready() {
      return stream.readableLength > 0 || stream.readableEnded || stream.destroyed
    },
    watch(callback) {
      const events = ['readable', 'end', 'close'] as const
      const look = (): void => {
        stream.read(0) // reads nothing; without it the end of an empty stream is never reported
        callback()
      }
      for (const event of events) stream.on(event, look)
      return () => {
        for (const event of events) stream.removeListener(event, look)
      }
    },
  }
}
