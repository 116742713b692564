import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker, type WorkerOptions } from 'node:worker_threads'
import { endThread, newThreadShare, noteThreadExit, noteThreadStart, type ThreadShare } from '@manyhands/base'
import { inheritedExecArgv } from '../here/exec-argv.ts'
import { CONTROL_WORDS, PASSED_ON, POSTED } from '../protocol/control-words.ts'
import { INTERRUPT, OUTPUT, type ToMainMessage, type ToWorkerMessage } from '../protocol/messages.ts'
import type { ProcessInit, ThreadEnds, WorkerInit } from '../protocol/worker-init.ts'
import type { Channel, ChannelEvents, ChannelOptions } from './channel.ts'
import { OutputTail } from './output-tail.ts'
import { passOn, takeAtTheEnd } from './output.ts'
import { reclaimMemory } from './reclaim-memory.ts'
import { threadBoot, workerEntry } from './worker-entry.ts'

/** A worker thread behind a MessagePort. */
export class ThreadChannel implements Channel {
  readonly kind = 'thread'
  readonly pid = undefined
  readonly threadId: number
  readonly control: Int32Array
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #share: ThreadShare
  readonly #stderr: OutputTail

  constructor(
    options: ChannelOptions<WorkerInit | ProcessInit>,
    events: ChannelEvents,
    transfer: readonly unknown[] = [],
  ) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT))
    const share = newThreadShare()
    this.#share = share
    const init: (WorkerInit | ProcessInit) & ThreadEnds = { ...options.init, port: port2, control: this.control, share }
    this.#worker = startThread({
      name: `manyhands ${init.lineage.name}`,
      workerData: init,
      transferList: [port2, ...(transfer as readonly MessagePort[])],
      ...(options.execArgv === undefined ? {} : { execArgv: [...options.execArgv] }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
    })
    this.threadId = this.#worker.threadId
    noteThreadStart(this.threadId, share)
    this.#worker.unref()
    // What a thread prints comes by messages. By these streams comes what it prints before its entry runs, which Node
    // itself passes on: asking for them (`stdout: true`) would make reading them keep the program alive.
    this.#stderr = new OutputTail(this.#worker.stderr)
    let uncaught: unknown
    // The listener is on the port from the start: messages posted before the worker is ready wait there.
    const receive = (message: ToMainMessage): void => {
      if (message[0] === OUTPUT) this.#passOn(message[1], message[2])
      else events.onMessage(message)
    }
    port1.on('message', receive)
    port1.unref()
    const forget = takeAtTheEnd(function* () {
      for (const message of waitingOn(port1)) if (message[0] === OUTPUT) yield [message[1], message[2]]
    })
    this.#worker.on('error', error => {
      uncaught = error
    })
    this.#worker.on('exit', exitCode => {
      // What the worker posted before it went may still wait: without it finished tasks would count as lost.
      for (const message of waitingOn(port1)) receive(message)
      forget()
      port1.close()
      reclaimMemory(this.threadId, noteThreadExit(this.threadId, share))
      // Node gives 0 to one that it could not start.
      const code = uncaught === undefined ? exitCode : exitCode || 1
      events.onExit(
        { kind: 'thread', exitCode: code, signal: null, threadId: this.threadId, stderr: this.#stderr.text },
        uncaught,
      )
    })
  }

  post(message: ToWorkerMessage, transfer?: readonly unknown[]): void {
    this.#port.postMessage(message, transfer as readonly ArrayBuffer[] | undefined)
    Atomics.add(this.control, POSTED, 1)
  }

  // The thread, not its port: that closes when the thread goes, and the program could end before it hears of the exit.
  ref(): void {
    this.#worker.ref()
  }

  unref(): void {
    this.#worker.unref()
  }

  terminate(): void {
    // The end follows even if nothing else keeps the program alive.
    this.#worker.ref()
    endThread(this.#share, () => void this.#worker.terminate())
  }

  signal(name: NodeJS.Signals): void {
    if (name === 'SIGINT') this.#port.postMessage([INTERRUPT])
    else this.terminate()
  }

  awaitExit(): void {
    this.#worker.ref()
  }

  #passOn(fd: 1 | 2, chunk: string | Uint8Array): void {
    if (fd === 2) this.#stderr.add(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    passOn(fd, chunk, () => void Atomics.add(this.control, PASSED_ON, chunk.length))
  }

  shareControl(): void {} // it has them from the start

  dispose(): void {}
}

function* waitingOn(port: MessagePort): Generator<ToMainMessage, void, undefined> {
  for (let received; (received = receiveMessageOnPort(port)) !== undefined;) yield received.message as ToMainMessage
}

/**
 * Starts the worker's entry. Flags are inherited by leaving `execArgv` out, which also passes V8's flags that the
 * option refuses; only when the program has flags that a worker must not have is a list given, and then without those
 * that a thread cannot have.
 */
function startThread(options: WorkerOptions): Worker {
  const entry = workerEntry()
  if ('url' in entry) return startWith(entry.url, options)
  return startWith(threadBoot, {
    ...options,
    eval: true,
    workerData: { ...(options.workerData as object), parts: entry.parts },
  })
}

function startWith(script: URL | string, options: WorkerOptions): Worker {
  const inherited = inheritedExecArgv()
  if (options.execArgv !== undefined || inherited.length === process.execArgv.length) return new Worker(script, options)
  for (let execArgv = inherited; ;) {
    try {
      return new Worker(script, { ...options, execArgv })
    } catch (error) {
      const message = (error as Error).message
      const allowed = execArgv.filter(flag => !message.includes(flag))
      if (
        (error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INVALID_EXEC_ARGV' ||
        allowed.length === execArgv.length
      ) {
        throw error
      }
      execArgv = allowed
    }
  }
}
