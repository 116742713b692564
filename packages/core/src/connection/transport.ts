import type { Frame } from './frames.ts'

/** Receives what a transport brings. */
export interface Receiver {
  receive(frame: Frame): void
  /** Nothing more comes. `error` is the reason, undefined when the other end was closed. */
  end(error: Error | undefined): void
}

/**
 * The way to the other end of a connection. Frames arrive whole and in order, none before there is a receiver. It does
 * not keep the program alive unless `ref` was called.
 */
export interface Transport {
  /** The other end knows the key, or is in this very thread: what it sends may hold code. */
  readonly isTrusted: boolean
  /** Resolves when there is room for more. @throws ConnectionClosedError when the other end is gone */
  write(frame: Frame): Promise<void>
  setReceiver(receiver: Receiver): void
  /** Stops and goes on to receive, so that what nobody takes does not pile up here. */
  pause(): void
  resume(): void
  /** Lets the other end know that nothing more comes, once all that was written is out. */
  close(): void
  ref(): void
  unref(): void
}

/**
 * Joins two transports: what comes by one goes out by the other, until either ends. That alone does not keep the
 * program alive: nobody here waits, and whoever holds the ends may never close them.
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
    from.resume() // whatever it was told before: from now on it is the writing that slows it down
  }
  forward(a, b)
  forward(b, a)
}
