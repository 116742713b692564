import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { clearTimeout, setImmediate, setTimeout } from '@manyhands/base'
import { inheritedExecArgv } from '../here/exec-argv.ts'
import { currentProgram } from '../here/program.ts'
import { CONTROL, INIT, isToMain, PREPARE, PREPARED, type ToWorkerMessage } from '../protocol/messages.ts'
import type { ProcessInit, WorkerInit } from '../protocol/worker-init.ts'
import type { Channel, ChannelEvents, LaunchOptions, ResourceLimits } from './channel.ts'
import { checkExecutable, workerVariable } from './check-executable.ts'
import { ControlWords } from './control-words.ts'
import { OutputGate } from './output-gate.ts'
import { OutputTail } from './output-tail.ts'
import { passOn, takeAtTheEnd } from './output.ts'
import { processBoot, workerEntry } from './worker-entry.ts'

/**
 * After an exit: how long to wait for messages and output that are still in the pipes. A grandchild can hold them open
 * for ever.
 */
const DRAIN_MS = 60
/**
 * What is read of each pipe when the program ends. Larger than what a pipe holds; but a process that goes on printing
 * does not hold up the end.
 */
const LAST_READS = 16
const READ_BYTES = 1 << 16

/** A child process behind fork's IPC. Stdio 4 is a pipe that only tells the child when this process is gone. */
export class ProcessChannel implements Channel {
  readonly kind = 'process'
  readonly threadId = undefined
  readonly #child: ChildProcess
  readonly #controlWords = new ControlWords()
  #events: ChannelEvents
  /** It has imported what it was told to. */
  prepared = false

  constructor(options: LaunchOptions, events: ChannelEvents, onPrepared?: () => void) {
    checkExecutable()
    this.#events = events
    const entry = workerEntry()
    const [script, ...args] = 'url' in entry ? [fileURLToPath(entry.url)] : ['-e', processBoot]
    // Its name shows in `ps`; the entry puts the program's arguments in the place of its own.
    const name = options.init === undefined ? [] : [`manyhands ${options.init.lineage.name}`]
    const child = process.getBuiltinModule('node:child_process').fork(script, [...args, ...name], {
      execArgv: [...(options.execArgv ?? inheritedExecArgv()), ...limitFlags(options.resourceLimits)],
      // Not SHARE_ENV, see `checkPlaceOptions`.
      env: { ...((options.env ?? process.env) as NodeJS.ProcessEnv), [workerVariable]: '1' },
      serialization: 'advanced',
      // A terminal sends signals to the whole group: the program decides what ends. Windows would open a window.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    })
    this.#child = child
    child.unref()
    child.channel?.unref()
    // One that could not be spawned, for want of file descriptors say, has none of them. Its `error` event follows.
    const stdio = (child.stdio as readonly unknown[] | undefined) ?? []
    for (const stream of stdio as readonly (Socket | null)[]) stream?.unref?.()
    ;(stdio[4] as Socket | undefined)?.on('error', () => {}).resume() // it closes with the child, in whatever way
    const { stdout, stderr } = child as { readonly stdout?: Readable | null; readonly stderr?: Readable | null }
    stdout?.on('data', (chunk: Buffer) => passOn(1, chunk))
    stderr?.on('data', (chunk: Buffer) => passOn(2, chunk))
    const forget = takeAtTheEnd(function* () {
      for (const chunk of waitingIn(stdout)) yield [1, chunk]
      for (const chunk of waitingIn(stderr)) yield [2, chunk]
    })
    const errors = stderr ? new OutputTail(stderr) : undefined
    const gate = new OutputGate(stdout, stderr, message => {
      if (message[0] !== PREPARED) return this.#events.onMessage(message)
      this.prepared = true
      onPrepared?.()
    })
    // A task may send messages of its own.
    child.on('message', (message: unknown) => {
      if (isToMain(message)) gate.receive(message)
    })

    if ('parts' in entry && child.connected) child.send(entry.parts, () => {})

    let failure: unknown
    let reported = false
    const report = (exitCode: number | null, signal: string | null): void => {
      if (reported) return
      reported = true
      gate.open()
      this.#events.onExit({ kind: 'process', exitCode, signal, pid: child.pid, stderr: errors?.text }, failure)
    }
    child.on('error', error => {
      failure = error
      if (child.pid !== undefined) return
      forget()
      report(null, null) // it never started, so no exit follows
    })
    child.on('exit', (exitCode, signal) => {
      // Where this thread was busy for that long, they are read by the turn of the event loop that has begun.
      const timer = setTimeout(() => setImmediate(report, exitCode, signal), DRAIN_MS)
      child.on('close', () => {
        clearTimeout(timer)
        forget()
        report(exitCode, signal)
      })
    })
  }

  /**
   * Lets it import modules before it has its orders.
   * @param rehearsal - something packed: there is time to revive that for practice.
   * @default there is none
   */
  prepare(modules: readonly string[], onError: 'ignore' | 'warn' | 'fail', rehearsal?: unknown): void {
    this.post([PREPARE, currentProgram(), modules, onError, rehearsal])
  }

  begin(init: WorkerInit | ProcessInit): void {
    this.post([INIT, init])
  }

  /** Gives its orders to a spare, which was started before this environment and this directory were known. */
  adopt(init: WorkerInit | ProcessInit, env: LaunchOptions['env'], events: ChannelEvents): void {
    this.#events = events
    this.unref() // something may be waiting for it to be prepared
    this.post([INIT, init, { ...((env ?? process.env) as NodeJS.ProcessEnv) }, process.cwd()])
  }

  /** It takes orders: it is not known to be gone. */
  get open(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get control(): Int32Array | undefined {
    return this.#controlWords.inUse
  }

  shareControl(): void {
    const handle = this.#controlWords.share()
    if (handle !== undefined) this.post([CONTROL, handle])
  }

  dispose(): void {
    this.#controlWords.close()
  }

  post(message: ToWorkerMessage): void {
    // An error here means that the child is going: its exit says the rest.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  ref(): void {
    this.#child.channel?.ref()
    this.#child.ref()
  }

  unref(): void {
    this.#child.channel?.unref()
    this.#child.unref()
  }

  terminate(): void {
    this.#child.kill('SIGKILL')
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  awaitExit(): void {
    this.#child.ref()
  }
}

/** What a pipe holds at this moment, where the system lets it be read directly. */
function* waitingIn(pipe: Readable | null | undefined): Generator<Uint8Array, void, undefined> {
  const fd = (pipe as { readonly _handle?: { readonly fd?: number } | null } | null | undefined)?._handle?.fd
  if (fd === undefined || fd < 0) return
  const { readSync } = process.getBuiltinModule('node:fs')
  try {
    for (let i = 0; i < LAST_READS; i++) {
      const buffer = new Uint8Array(READ_BYTES)
      const length = readSync(fd, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } catch {
    // EAGAIN: it is empty.
  }
}

function limitFlags(limits: ResourceLimits | undefined): string[] {
  const flags: string[] = []
  if (limits?.maxOldGenerationSizeMb !== undefined) flags.push(`--max-old-space-size=${limits.maxOldGenerationSizeMb}`)
  if (limits?.maxYoungGenerationSizeMb !== undefined) {
    flags.push(`--max-semi-space-size=${Math.max(1, Math.ceil(limits.maxYoungGenerationSizeMb / 3))}`)
  }
  if (limits?.stackSizeMb !== undefined) flags.push(`--stack-size=${Math.floor(limits.stackSizeMb * 1024)}`)
  return flags
}
