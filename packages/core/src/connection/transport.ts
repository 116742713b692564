import type { Frame } from './frames.ts'

/** Receives the frames of a transport. */
export interface Receiver {
  receive(frame: Frame): void
  /** No more frames arrive. `error` is the reason, undefined when the other end was closed. */
  end(error: Error | undefined): void
}

/**
 * Carries frames to and from the other end of a connection. Frames arrive whole and in order, none before there is a
 * receiver. A transport does not keep the program alive unless `ref` was called.
 */
export interface Transport {
  /** The other end has the key, or is in this very thread: its messages may contain code. */
  readonly isTrusted: boolean
  /** Resolves when there is room for more. @throws ConnectionClosedError when the other end is gone */
  write(frame: Frame): Promise<void>
  setReceiver(receiver: Receiver): void
  /** Pauses receiving, so that frames that are not taken do not pile up here; `resume` continues. */
  pause(): void
  resume(): void
  /** Closes the connection after all pending writes; the other end is notified. */
  close(): void
  ref(): void
  unref(): void
}

/**
 * Joins two transports: frames from one go out over the other, until either ends. A relay does not keep the program
 * alive: no call here waits for it, and the owners of the ends may never close them.
 */
export function relay(a: Transport, b: Transport): void {
  const forward = (from: Transport, to: Transport): void => {
    let waiting = 0
    from.setReceiver({
      receive(frame) {
        waiting++
        from.pause()
        to.write(frame).then(
          () => {
            if (--waiting === 0) from.resume()
          },
          () => from.close(),
        )
      },
      end: () => to.close(),
    })
    from.resume() // it may have been paused: from now on only the writes pause it
  }
  forward(a, b)
  forward(b, a)
}
