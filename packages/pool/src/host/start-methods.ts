import type { StartMethod } from '../protocol/lineage.ts'
import type { ProcessInit, WorkerInit } from '../protocol/worker-init.ts'
import type { ChannelEvents, ChannelOptions } from './channel.ts'
import { ProcessChannel } from './process-channel.ts'
import { preload, takeSpare } from './spares.ts'

type Options = ChannelOptions<WorkerInit | ProcessInit>

/** A start method: how a process comes to be that runs what `options.init` asks for. */
type Start = (options: Options, events: ChannelEvents) => ProcessChannel

const table: Readonly<Record<StartMethod, Start>> = {
  spawn(options, events) {
    const channel = new ProcessChannel(options, events)
    channel.begin(options.init)
    return channel
  },
  forkserver(options, events) {
    const { init, env, execArgv, resourceLimits } = options
    // One with flags or limits of its own is always a new one.
    const spare = execArgv === undefined && resourceLimits === undefined ? takeSpare() : undefined
    if (spare !== undefined) {
      spare.adopt(init, env, events)
      return spare
    }
    const channel = new ProcessChannel(options, events)
    const { modules, onError } = preload()
    if (modules.length > 0) channel.prepare(modules, onError)
    channel.begin(init)
    return channel
  },
}

/** Starts a process, or takes one that was started before. */
export function startProcess(method: StartMethod, options: Options, events: ChannelEvents): ProcessChannel {
  return table[method](options, events)
}
