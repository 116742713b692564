import type { MessagePort } from 'node:worker_threads'
import { disposePerWorker, linkDoorbell, onPerWorkerResource, revive, setTimeout, Promise } from '@manyhands/base'
import { createCodec, unpack } from '@manyhands/closure/worker'
import type { Region } from '@manyhands/core'
import lazy from '#lazy'
import { pendingReleases } from '../here/pending-releases.ts'
import { setWorkerState } from '../here/worker-state.ts'
import { workingDirectory } from '../here/working-directory.ts'
import {
  CLOSE,
  CONTROL,
  DIRECTORY,
  HOLDS_RESOURCES,
  OUTGROWN,
  type ToMainMessage,
  type ToWorkerMessage,
  RANG,
  READY,
  RING,
  START_FAILED,
} from '../protocol/messages.ts'
import type { ThreadInit, WorkerInit } from '../protocol/worker-init.ts'
import { workerKinds } from '../protocol/worker-kinds.ts'
import { receiveWith } from './inbox.ts'
import { MemoryWatch } from './memory-watch.ts'
import { printedSince } from './output/process-output.ts'
import { listenForGood, sendToParent } from './parent.ts'
import { Runner } from './runner.ts'
import { serveThread } from './serve-thread.ts'
import { startWatchdog } from './watchdog.ts'

type Post = (message: ToMainMessage, transfer?: readonly unknown[]) => void

/** Runs the initializer and then serves tasks until main says that it is enough, or is gone. */
export function startWorker(init: WorkerInit | ThreadInit): void {
  const codec = createCodec({ across: workerKinds[init.kind].across, isAnswer: true })
  const { post, unsent } = 'port' in init ? { post: postTo(init.port), unsent: undefined } : sender()
  const watch = memoryWatch(init, bytes => post([OUTGROWN, Math.round(bytes)]))
  const runner = new Runner({
    codec,
    post,
    concurrency: init.concurrency,
    unsent,
    onEnded: watch && (() => watch.check()),
  })
  if ('control' in init) runner.useControl(init.control)
  setWorkerState({ kind: init.kind, id: init.id, level: init.level, tasks: runner })
  process.on('exit', () => runner.flush())
  onPerWorkerResource(() => post([HOLDS_RESOURCES]))

  const doorbell = linkDoorbell(id => post([RANG, id]))
  const handle = (message: ToWorkerMessage): void => {
    // process.exit: the code's exit handlers run, and its open handles do not keep the worker.
    if (message[0] === CLOSE) return leave()
    if (message[0] === CONTROL) return useControlWords(runner, message[1])
    if (message[0] === DIRECTORY) return goTo(message[1])
    if (message[0] === RING) return doorbell.receive(message[1])
    runner.receive(message)
  }
  const serve = (): void => {
    post([READY])
    if ('port' in init) return serveThread(init.port, init.control, runner, handle, init.spin)
    listenForGood('disconnect', () => process.exit(0))
    process.channel?.ref() // whoever listens
    startWatchdog()
    receiveWith(message => {
      handle(message)
      runner.run()
    })
  }
  const fail = (error: unknown): void => {
    post([START_FAILED, encodeError(codec, error)])
    // The message must be out before the process is gone.
    void Promise.resolve(unsent?.()).then(() => process.exit(1))
  }

  if (init.initializer === undefined) return serve()
  if (!('port' in init)) startWatchdog() // it may be busy for ever
  // The messages that come meanwhile wait in the port, or in the inbox of the process.
  void initialize(init.initializer).then(serve, fail)
}

function memoryWatch({ kind, maxMemoryBytes }: WorkerInit, report: (bytes: number) => void): MemoryWatch | undefined {
  if (maxMemoryBytes === Infinity || (maxMemoryBytes === undefined && kind === 'thread')) return undefined
  return new MemoryWatch(kind, maxMemoryBytes, report)
}

/**
 * How long to wait for managers that do not listen. Longer: one that is busy still hears; shorter: one that hangs holds
 * up nobody.
 */
const RELEASE_TIMEOUT_MS = 1000

function leave(): void {
  const disposed = disposePerWorker()
  if (disposed === undefined) return exitAfterReleases()
  void disposed.then(exitAfterReleases)
}

function exitAfterReleases(): void {
  if (pendingReleases().size === 0) process.exit(0)
  setTimeout(() => process.exit(0), RELEASE_TIMEOUT_MS)
  void Promise.all(pendingReleases()).then(() => process.exit(0))
}

function goTo(directory: string): void {
  try {
    process.chdir(directory)
  } catch (error) {
    process.emitWarning(
      `a worker cannot follow the program to ${directory} (${(error as NodeJS.ErrnoException).code}); ` +
        `its tasks run in ${workingDirectory() ?? 'a directory that was removed'}`,
      { code: 'MANYHANDS_DIRECTORY' },
    )
  }
}

/** From now on main can see which task is running. Where the memory cannot be had, it goes on as before. */
function useControlWords(runner: Runner, handle: unknown): void {
  let core: ReturnType<typeof lazy.core>
  try {
    core = lazy.core()
  } catch {
    // It is being imported at this moment, and cannot be required.
    return void import('@manyhands/core').then(loaded => mapControlWords(loaded, runner, handle))
  }
  mapControlWords(core, runner, handle)
}

function mapControlWords(core: ReturnType<typeof lazy.core>, runner: Runner, handle: unknown): void {
  let region: Region
  try {
    region = core.Region[revive](handle as never)
  } catch {
    return
  }
  runner.useControl(new Int32Array(region.buffer))
}

async function initialize(packed: object): Promise<void> {
  const [initializer, args] = (await unpack(packed as never)) as [(...args: unknown[]) => unknown, unknown[]]
  await initializer(...args)
}

function encodeError(codec: ReturnType<typeof createCodec>, error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error
  try {
    return codec.encode(error, new Set())
  } catch {
    return codec.encodeFailure(error)
  }
}

function postTo(port: MessagePort): Post {
  return (message, transfer) => port.postMessage(message, transfer as ArrayBuffer[] | undefined)
}

/** The channel of a process, which knows what it has not yet handed to the system. */
function sender(): { readonly post: Post; readonly unsent: () => Promise<void> | undefined } {
  let count = 0
  let waiting: PromiseWithResolvers<void> | undefined
  // An error means that main is gone.
  const sent = (): void => {
    if (--count > 0) return
    waiting?.resolve()
    waiting = undefined
  }
  return {
    post(message) {
      const printed = printedSince()
      if (printed !== undefined) sendToParent(printed)
      sendToParent(message, sent)
      count++
    },
    unsent: () => (count === 0 ? undefined : (waiting ??= Promise.withResolvers<void>()).promise),
  }
}
