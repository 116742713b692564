import { QueueShutDownError } from '@manyhands/base'

/** What `get` takes, until it throws that the queue is shut down and empty. @throws what else `get` throws */
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
