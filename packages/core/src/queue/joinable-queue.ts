import { checkMayBlock, coreOrigin, InvalidStateError, origin, type Origin } from '@manyhands/base'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  waitEndedError,
} from '../sync/options.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import { Queue, ringOf } from './queue.ts'

/**
 * A queue that counts its unfinished items: a consumer calls `taskDone` for each item when the work on it is done.
 *
 * Source of the semantics: Python, `multiprocessing.JoinableQueue`.
 */
export class JoinableQueue<T = unknown> extends Queue<T> {
  /**
   * Reports that the work on an item that was taken is done.
   * @throws {@link InvalidStateError} when it was called more often than items were put
   */
  taskDone(): void {
    if (!ringOf(this).ring.finish()) throw new InvalidStateError('taskDone was called more often than items were put')
  }

  /**
   * Waits until `taskDone` was called for each item that was put.
   *
   * @throws {@link WaitTimeoutError}, {@link CancelledError}, TypeError, RangeError as `get`
   */
  async join(options: AcquireOptions = {}): Promise<void> {
    checkAcquireOptions('JoinableQueue.join', options)
    const { ring, waiter } = ringOf(this)
    if (!(await driveAsync(ring.join(), waiter, options))) {
      throw waitEndedError('JoinableQueue.join', 'not all items were done', options)
    }
  }

  /**
   * As `join`, but blocks the thread.
   * @throws as `join`, and {@link InvalidStateError} on the main thread, without `allowMainThread`
   */
  joinSync(options?: AcquireSyncOptions): void {
    if (options !== undefined) checkAcquireSyncOptions('JoinableQueue.joinSync', options)
    checkMayBlock('joinSync', 'join', options?.allowMainThread)
    const { ring, waiter } = ringOf(this)
    if (!driveSync(ring.join(), waiter, options?.timeoutMs)) {
      throw waitEndedError('JoinableQueue.joinSync', 'not all items were done', options ?? {})
    }
  }

  static override get [origin](): Origin {
    return coreOrigin('JoinableQueue')
  }
}
