import type { StartMethod } from '../protocol/lineage.ts'
import type { ProcessInit, WorkerInit } from '../protocol/worker-init.ts'
import type { ChannelEvents, ChannelOptions } from './channel.ts'
import { ProcessChannel } from './process-channel.ts'
import { preload, takeSpare } from './spares.ts'

/** Starts a process, or takes one that was started before. One with flags or limits of its own is always a new one. */
export function startProcess(
  method: StartMethod,
  options: ChannelOptions<WorkerInit | ProcessInit>,
  events: ChannelEvents,
): ProcessChannel {
  const { init, env, execArgv, resourceLimits } = options
  const spare =
    method === 'forkserver' && execArgv === undefined && resourceLimits === undefined ? takeSpare() : undefined
  if (spare !== undefined) {
    spare.adopt(init, env, events)
    return spare
  }
  const channel = new ProcessChannel(options, events)
  const { modules, onError } = preload()
  if (method === 'forkserver' && modules.length > 0) channel.prepare(modules, onError)
  channel.begin(init)
  return channel
}
