import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { getStartMethod } from '../here/start-method.ts'
import { startProcess } from '../host/start-methods.ts'
import type { ExecutorOptions } from './executor-options.ts'
import { WorkerExecutor } from './worker-executor.ts'

/**
 * Runs tasks on child processes: each has its own memory and its own fate, so a crash or a signal fails one task and
 * not the program.
 *
 * No worker outlives this process, however it ends.
 */
export class ProcessPoolExecutor extends WorkerExecutor {
  /** @throws TypeError, RangeError for bad options; {@link SerializationError} when the initializer cannot travel */
  constructor(options: ExecutorOptions = {}) {
    const startMethod = options?.startMethod
    super('process', (channel, events) => startProcess(startMethod ?? getStartMethod(), channel, events), options)
  }

  static get [origin](): Origin {
    return poolOrigin('ProcessPoolExecutor')
  }
}
