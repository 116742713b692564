import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  endThread,
  newThreadShare,
  noteThreadExit,
  noteThreadStart,
  type ThreadShare,
} from '../../../base/src/index.ts'
import type { Across } from '../../src/index.ts'
import type * as allActions from './actions.ts'
import { fromMessage, toMessage } from './travel.ts'

type Actions = typeof allActions
type Action = { [K in keyof Actions]: Actions[K] extends (...args: never[]) => unknown ? K : never }[keyof Actions]

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly name: string; readonly code: unknown; readonly message: string }
}

const entry = new URL('./party-entry.ts', import.meta.url)

/** What an action threw in a party. */
export class PartyError extends Error {
  readonly code: unknown

  constructor({ name, code, message }: NonNullable<Answer['error']>) {
    super(message)
    this.name = name
    this.code = code
  }
}

/** A thread or a process that runs the actions of actions.ts when it is asked to. */
export class Party {
  readonly #worker: Worker | ChildProcess
  readonly #across: Across
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>()
  readonly exited: Promise<unknown>
  readonly #share: ThreadShare = newThreadShare()
  #next = 0

  constructor(across: Across, execArgv: readonly string[] = []) {
    this.#across = across
    const flags = ['--conditions=@manyhands/source', ...execArgv]
    this.#worker =
      across === 'threads'
        ? new Worker(entry, { execArgv: flags, workerData: this.#share })
        : fork(fileURLToPath(entry), { execArgv: flags, serialization: 'advanced' })
    this.exited = once(this.#worker, 'exit')
    const receive = (message: unknown): void => {
      const { id, value, error } = message as Answer
      const call = this.#calls.get(id)
      this.#calls.delete(id)
      if (error === undefined) call?.resolve(fromMessage(value))
      else call?.reject(new PartyError(error))
    }
    if (this.#worker instanceof Worker) this.#worker.on('message', receive)
    else this.#worker.on('message', receive)
    const { threadId } = this
    if (threadId > 0) noteThreadStart(threadId, this.#share)
    void this.exited.then(() => {
      if (threadId > 0) noteThreadExit(threadId, this.#share)
      for (const call of this.#calls.values()) call.reject(new Error('the party is gone'))
    })
  }

  get pid(): number {
    return this.#worker instanceof Worker ? process.pid : (this.#worker.pid ?? 0)
  }

  get threadId(): number {
    return this.#worker instanceof Worker ? this.#worker.threadId : 0
  }

  call<A extends Action>(action: A, ...args: Parameters<Actions[A]>): Promise<Awaited<ReturnType<Actions[A]>>> {
    const id = this.#next++
    const call = Promise.withResolvers<unknown>()
    this.#calls.set(id, call)
    const message = { id, action, args: toMessage(args, this.#across) }
    if (this.#worker instanceof Worker) this.#worker.postMessage(message)
    else this.#worker.send(message)
    return call.promise as Promise<Awaited<ReturnType<Actions[A]>>>
  }

  /** Ends it the hard way: SIGKILL, or `terminate`. */
  async kill(): Promise<void> {
    const worker = this.#worker
    if (worker instanceof Worker) endThread(this.#share, () => void worker.terminate())
    else worker.kill('SIGKILL')
    await this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const call of this.#calls.values()) call.promise.catch(() => {})
    await this.kill()
  }
}
