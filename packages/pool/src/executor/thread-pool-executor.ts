import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { ThreadChannel } from '../host/thread-channel.ts'
import type { ExecutorOptions } from './executor-options.ts'
import { WorkerExecutor } from './worker-executor.ts'

/**
 * Runs tasks on worker threads of this process: they start in milliseconds and can share memory.
 *
 * Threads are not isolated: a crash in native code, or a signal, ends the whole program. Use
 * {@link ProcessPoolExecutor} for code that may do that.
 */
export class ThreadPoolExecutor extends WorkerExecutor {
  /** @throws TypeError, RangeError for bad options; {@link SerializationError} when the initializer cannot travel */
  constructor(options: ExecutorOptions = {}) {
    super('thread', (channel, events) => new ThreadChannel(channel, events), options)
  }

  static get [origin](): Origin {
    return poolOrigin('ThreadPoolExecutor')
  }
}
