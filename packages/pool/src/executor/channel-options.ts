import { type Across, checkFunction, SerializationError } from '@manyhands/base'
import { labelOf, noteInitializer, pack } from '@manyhands/closure'
import { childLineage } from '../here/child-lineage.ts'
import { cpuCount } from '../here/cpu-count.ts'
import { currentWorker } from '../here/current-worker.ts'
import { getStartMethod } from '../here/start-method.ts'
import type { ChannelOptions } from '../host/channel.ts'
import { limitedEnvironment } from '../host/thread-limits.ts'
import { unsendable } from '../protocol/unsendable-error.ts'
import { type WorkerKind, workerKinds } from '../protocol/worker-kinds.ts'
import type { CheckedExecutorOptions } from './executor-options.ts'

function packInitializer(initializer: object, args: readonly unknown[], across: Across): object {
  try {
    return structuredClone(pack([initializer, args], { across }))
  } catch (error) {
    throw error instanceof SerializationError
      ? unsendable(`initializer \`${labelOf(initializer)}\` cannot be sent`, error)
      : error
  }
}

/** What a worker of an executor is started with, by its id and the number of workers. */
export function channelOptions(kind: WorkerKind, across: Across, options: CheckedExecutorOptions) {
  const { initializer, initializerArgs = [] } = options
  if (initializer !== undefined) {
    checkFunction('initializer', initializer)
    noteInitializer(initializer)
  }
  // Packed now, so that a bad one is told at the constructor, and each worker gets the same.
  const packed = initializer === undefined ? undefined : packInitializer(initializer, initializerArgs, across)
  const level = (currentWorker()?.level ?? 0) + 1
  const lineage = childLineage({
    name: '',
    daemon: false,
    startMethod: options.startMethod ?? getStartMethod({ allowNone: true }) ?? 'spawn',
    argv: options.argv,
  })
  return (id: number, maxWorkers: number): ChannelOptions => {
    const share = Math.max(1, Math.floor(cpuCount() / maxWorkers))
    return {
      init: {
        kind,
        lineage: { ...lineage, name: `${options.name}-${id}` },
        id,
        level,
        concurrency: options.concurrency,
        // A spinning worker takes time from others where there are more workers than processors.
        spin: maxWorkers <= cpuCount(),
        maxMemoryBytes: options.maxMemoryBytes,
        initializer: packed,
      },
      execArgv: options.execArgv,
      env: workerKinds[kind].ownEnvironment
        ? limitedEnvironment(share, options.env as NodeJS.ProcessEnv | undefined) // not SHARE_ENV: that was refused
        : options.env,
      resourceLimits: options.resourceLimits,
    }
  }
}
