import { QueueShutDownError } from '@manyhands/base'

/** Yields the items of `get` until the queue is shut down and empty. @throws any other error of `get` */
export async function* untilShutDown<T>(get: () => Promise<T>): AsyncGenerator<T, void, void> {
  for (;;) {
    let item: T
    try {
      item = await get()
    } catch (error) {
      if (error instanceof QueueShutDownError) return
      throw error
    }
    yield item
  }
}
