import { type DoorbellLink, linkDoorbell, type WorkerExit } from '@manyhands/base'
import type { Channel, ChannelEvents } from '../host/channel.ts'
import { RANG, RING } from '../protocol/messages.ts'
import { workerKinds } from '../protocol/worker-kinds.ts'

/** A process or thread that was started here, for as long as it is of interest. */
export class ChildHandle {
  readonly channel: Channel
  exit: WorkerExit | undefined
  /** Why it could not be started. */
  failure: unknown
  /** Called before all others. */
  onGone: (() => void) | undefined
  readonly #doorbell: DoorbellLink
  #ending = false
  readonly #daemon: boolean
  readonly #callbacks = new Set<() => void>()

  /** @throws what `worker_threads` and `fork` throw for options that they refuse */
  constructor(start: (events: ChannelEvents) => Channel, title: string, daemon: boolean) {
    this.#daemon = daemon
    this.channel = start({
      onMessage: message => {
        if (message[0] === RANG) this.#doorbell.receive(message[1])
      },
      onExit: (exit, error) => {
        this.#doorbell.close()
        this.channel.dispose()
        this.failure = error
        // One that had not yet begun has code 0.
        this.exit = workerKinds[this.channel.kind].parentReports && this.#ending ? { ...exit, exitCode: 1 } : exit
        // A process prints its own.
        if (workerKinds[this.channel.kind].parentReports && error !== undefined) {
          process.stderr.write(`${title}:\n${process.getBuiltinModule('node:util').inspect(error)}\n`)
        }
        this.onGone?.()
        const callbacks = [...this.#callbacks]
        this.#callbacks.clear()
        for (const callback of callbacks) callback()
      },
    })
    this.#doorbell = linkDoorbell(id => this.channel.post([RING, id]))
    if (!daemon) this.channel.awaitExit()
  }

  /** Nobody is left to get it when it is gone. */
  signal(name: NodeJS.Signals): void {
    if (this.exit !== undefined) return
    this.#ending = name !== 'SIGINT'
    this.channel.signal(name)
  }

  /** Calls back once it is gone, and keeps the program alive until then. Returns what takes that back. */
  onExit(callback: () => void): () => void {
    if (this.exit !== undefined) {
      callback()
      return () => {}
    }
    this.#callbacks.add(callback)
    this.channel.awaitExit()
    return () => {
      if (this.#callbacks.delete(callback) && this.#callbacks.size === 0 && this.#daemon && this.exit === undefined) {
        this.channel.unref()
      }
    }
  }
}
