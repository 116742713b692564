import type { WorkerExit } from '@manyhands/base'
import type { ToMainMessage, ToWorkerMessage } from '../protocol/messages.ts'
import type { ProcessInit, WorkerInit } from '../protocol/worker-init.ts'
import type { WorkerKind } from '../protocol/worker-kinds.ts'
import type { PlaceOptions } from './place-options.ts'

/** What happens at the worker's end of a channel. */
export interface ChannelEvents {
  onMessage(message: ToMainMessage): void
  /**
   * The worker is gone and every message that it sent has been delivered. `error` is what it did not catch, where that
   * is known.
   */
  onExit(exit: WorkerExit, error: unknown): void
}

/**
 * One worker, started, and the way to it. Messages arrive in the order in which they were posted, whole or not at all.
 *
 * A thread and a process differ only behind this interface.
 */
export interface Channel {
  readonly kind: WorkerKind
  readonly pid: number | undefined
  readonly threadId: number | undefined
  /** Words shared with the worker; undefined while there are none. */
  readonly control: Int32Array | undefined
  /** Sees to it that there are control words from the next message on, where that is possible. */
  shareControl(): void
  /** @throws DataCloneError when the message cannot be cloned; nothing was sent then */
  post(message: ToWorkerMessage, transfer?: readonly unknown[]): void
  /** Keeps the program alive, or lets it end, while this worker is there. A new channel does not keep it alive. */
  ref(): void
  unref(): void
  /** Ends the worker now, whatever it does. `onExit` follows. */
  terminate(): void
  /** Sends a signal to a process. A thread has none: SIGINT it gets as an event, and any other ends it. */
  signal(name: NodeJS.Signals): void
  /** Keeps the program alive until `onExit`. */
  awaitExit(): void
  /** After `onExit`: nothing is asked of it any more. */
  dispose(): void
}

export interface ChannelOptions<Init extends WorkerInit | ProcessInit = WorkerInit> extends LaunchOptions {
  readonly init: Init
}

/** What must be known when a worker is started. */
export interface LaunchOptions {
  /** Of a process that was not started to wait for them. */
  readonly init?: WorkerInit | ProcessInit
  readonly execArgv?: PlaceOptions['execArgv']
  readonly env?: PlaceOptions['env']
  readonly resourceLimits: ResourceLimits | undefined
}

export type StartChannel = (options: ChannelOptions, events: ChannelEvents) => Channel

/** Limits of a worker's memory, in megabytes, as `worker_threads` names them. Array buffers do not count. */
export interface ResourceLimits {
  readonly maxOldGenerationSizeMb?: number | undefined
  readonly maxYoungGenerationSizeMb?: number | undefined
  /** Threads only. */
  readonly codeRangeSizeMb?: number | undefined
  readonly stackSizeMb?: number | undefined
}
