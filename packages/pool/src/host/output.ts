import { slot } from '@manyhands/base'

type Fd = 1 | 2

/** Called when what the stream holds is written. */
const waiting: Readonly<Record<Fd, (() => void)[]>> = { 1: [], 2: [] }

/**
 * Passes on what a worker printed.
 *
 * @param done - called when the stream takes more: at once, unless it is full
 */
export function passOn(fd: Fd, chunk: string | Uint8Array, done?: () => void): void {
  const stream = streamOf(fd)
  // By `write` of the stream as it is then: a progress bar that is live keeps what comes above itself.
  stream.write(chunk)
  if (done === undefined) return
  if (!stream.writableNeedDrain) return done()
  if (waiting[fd].push(done) > 1) return
  const notify = (): void => {
    stream.off('drain', notify).off('close', notify)
    for (const each of waiting[fd].splice(0)) each()
  }
  stream.on('drain', notify).on('close', notify)
}

/**
 * Has `take` called when the program ends: that may be before it has received all that its workers have printed. What
 * `take` returns is passed on.
 *
 * @returns takes that back, once the worker is gone
 */
export function takeAtTheEnd(take: () => Iterable<readonly [Fd, string | Uint8Array]>): () => void {
  const sources = slot('pool.lastOutput', watchTheEnd)
  sources.add(take)
  return () => void sources.delete(take)
}

function watchTheEnd(): Set<() => Iterable<readonly [Fd, string | Uint8Array]>> {
  const sources = new Set<() => Iterable<readonly [Fd, string | Uint8Array]>>()
  process.on('exit', () => {
    for (const take of sources) {
      for (const [fd, chunk] of take()) {
        // What a full pipe does not take would wait for a turn of the event loop, and there is none any more.
        ;(streamOf(fd) as { readonly _handle?: { setBlocking?(on: boolean): number } | null })._handle?.setBlocking?.(
          true,
        )
        passOn(fd, chunk)
      }
    }
  })
  return sources
}

function streamOf(fd: Fd): NodeJS.WriteStream {
  return fd === 1 ? process.stdout : process.stderr
}
