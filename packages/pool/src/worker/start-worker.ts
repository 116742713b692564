import { createCodec, unpack } from '@manyhands/closure'
import { CLOSE, READY, START_FAILED } from '../protocol/messages.ts'
import type { Message } from '../protocol/messages.ts'
import type { ThreadInit, WorkerInit } from '../protocol/worker-init.ts'
import { Runner } from './runner.ts'
import { serveThread } from './serve-thread.ts'
import { setWorkerState } from './state.ts'
import { startWatchdog } from './watchdog.ts'

type Post = (message: Message, transfer?: readonly unknown[]) => void

/** Runs the initializer and then serves tasks until main says that it is enough, or is gone. */
export function startWorker(init: WorkerInit | ThreadInit): void {
  const codec = createCodec({ across: init.kind === 'thread' ? 'threads' : 'processes' })
  const post: Post = 'port' in init ? (message, transfer) => init.port.postMessage(message, transfer as ArrayBuffer[] | undefined) : message => void process.send?.(message, undefined, undefined, ignore)
  const control = 'control' in init ? init.control : undefined
  const runner = new Runner({ codec, post, concurrency: init.concurrency, control })
  setWorkerState({ kind: init.kind, id: init.id, level: init.level, tasks: runner })
  process.on('exit', () => runner.flush())

  const handle = (message: Message): void => {
    // process.exit: the code's exit handlers run, and its open handles do not keep the worker.
    if (message[0] === CLOSE) process.exit(0)
    runner.receive(message)
  }
  const serve = (): void => {
    post([READY])
    if ('port' in init) return serveThread(init.port, init.control, runner, handle, init.spin)
    process.on('message', (message: Message) => {
      handle(message)
      runner.run()
    })
    process.on('disconnect', () => process.exit(0))
    startWatchdog()
  }
  const fail = (error: unknown): void => {
    post([START_FAILED, encodeError(codec, error)])
    process.exitCode = 1
    if ('port' in init) process.exit(1)
    // The message must be out before the process is gone.
    else process.disconnect?.()
  }

  if (init.initializer === undefined) return serve()
  // The messages that come meanwhile wait in the port, or in the channel of the process: nobody listens yet.
  process.channel?.ref()
  void initialize(init.initializer).then(serve, fail)
}

async function initialize(packed: object): Promise<void> {
  const [initializer, args] = (await unpack(packed as never)) as [(...args: unknown[]) => unknown, unknown[]]
  await initializer(...args)
}

function encodeError(codec: ReturnType<typeof createCodec>, error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error
  try {
    return codec.encode(error, new Set())
  } catch (cause) {
    return codec.encode(new Error(`${(error as Error).message} (the error itself cannot be sent: ${(cause as Error).message})`), new Set())
  }
}

function ignore(): void {}
