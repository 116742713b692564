import type { Program } from './lineage.ts'
import type { ProcessInit, WorkerInit } from './worker-init.ts'

/**
 * What main and a worker send to each other. Both channels (MessagePort, fork IPC) carry these arrays as they are; they
 * are flat because each nested array costs as much to clone as several tasks. The runs of a BATCH are read by
 * `readRun`, the segments of a REPLY by `readSegment`.
 *
 * A value in a message is a primitive as it is, or an object that the codec made. So one `typeof` tells them apart.
 *
 * The code of tasks may send messages of its own along the same channel, with `process.send`. The kinds of ours are
 * numbers that nobody chooses by chance; and a message that is sent back as it came is none of the other direction.
 */

// ---- main to worker

export const BATCH = 0x2d68_0000
export const DEFINE = 0x2d68_0001
export const FORGET = 0x2d68_0002
export const RECALL = 0x2d68_0003
export const ABORT = 0x2d68_0004
export const CLOSE = 0x2d68_0005
export const INIT = 0x2d68_0006
export const CONTROL = 0x2d68_0007
export const RING = 0x2d68_0008
export const INTERRUPT = 0x2d68_0009
export const PREPARE = 0x2d68_000a
export const DIRECTORY = 0x2d68_000b

/** Flag of a batch: report its begin. */
export const REPORT_BEGIN = 1

export type ToWorkerMessage =
  /** Runs tasks in order. */
  | readonly [kind: typeof BATCH, batchId: number, flags: number, ...runs: unknown[]]
  /** Comes before the first batch that names the id. */
  | readonly [kind: typeof DEFINE, functionId: number, packed: object]
  /** No message will name these ids again. */
  | readonly [kind: typeof FORGET, functionIds: readonly number[]]
  /** Give back what has not begun. */
  | readonly [kind: typeof RECALL, batchId: number]
  /** Let the running task of the batch end, and give back what has not begun. */
  | readonly [kind: typeof ABORT, batchId: number]
  /** Exit. */
  | readonly [kind: typeof CLOSE]
  /**
   * What a process is started for; a thread has it as workerData. `env` and `cwd` when it was started before they were
   * known.
   */
  | readonly [kind: typeof INIT, init: WorkerInit | ProcessInit, env?: NodeJS.ProcessEnv, cwd?: string]
  /** The control words of a process, in a region; it reports in the words that it uses them. */
  | readonly [kind: typeof CONTROL, handle: object]
  /** Something in a region has changed; see `linkDoorbell` of base. */
  | readonly [kind: typeof RING, regionId: string]
  /** To a process: the program has gone to this directory. */
  | readonly [kind: typeof DIRECTORY, directory: string]
  /** To a Thread: what SIGINT is to a process. */
  | readonly [kind: typeof INTERRUPT]
  /**
   * To a process, before INIT: import these modules, see `setPreload`; with `packed`, also revive that, to be ready
   * sooner.
   */
  | readonly [
      kind: typeof PREPARE,
      program: Program,
      modules: readonly string[],
      onError: OnPreloadError,
      packed: unknown,
    ]

export type OnPreloadError = 'ignore' | 'warn' | 'fail'

// ---- worker to main

export const READY = 0x2d69_0000
export const START_FAILED = 0x2d69_0001
export const REPLY = 0x2d69_0002
export const BEGIN = 0x2d69_0003
export const RETURNED = 0x2d69_0004
export const LISTENING = 0x2d69_0005
export const RANG = 0x2d69_0006
export const PREPARED = 0x2d69_0007
export const OUTPUT = 0x2d69_0008
export const PRINTED = 0x2d69_0009
export const HOLDS_RESOURCES = 0x2d69_000a
export const OUTGROWN = 0x2d69_000b

export type ToMainMessage =
  /** The initializer ran. */
  | readonly [kind: typeof READY]
  /** The initializer threw. */
  | readonly [kind: typeof START_FAILED, error: unknown]
  /** Results. */
  | readonly [kind: typeof REPLY, ...segments: unknown[]]
  /** Only for batches with REPORT_BEGIN, sent before the first task runs. */
  | readonly [kind: typeof BEGIN, batchId: number]
  /**
   * Tasks from index `from` on were not begun and never will be here. Always follows ABORT, unless all was answered.
   */
  | readonly [kind: typeof RETURNED, batchId: number, from: number]
  /** A task asked for its context: give it time to end itself (a process without control words). */
  | readonly [kind: typeof LISTENING, batchId: number]
  /** As `RING`. */
  | readonly [kind: typeof RANG, regionId: string]
  /** The modules of PREPARE are imported. */
  | readonly [kind: typeof PREPARED]
  /** From a thread: what it printed on stdout (1) or stderr (2). */
  | readonly [kind: typeof OUTPUT, fd: 1 | 2, chunk: string | Uint8Array]
  /** There is something to dispose of when the worker ends: it takes longer to close. */
  | readonly [kind: typeof HOLDS_RESOURCES]
  /** It holds this many bytes of memory, and is to be replaced. */
  | readonly [kind: typeof OUTGROWN, bytes: number]
  /** From a process: the bytes that it has written to each pipe so far. What follows is received after these. */
  | readonly [kind: typeof PRINTED, stdout: number, stderr: number]

/** More than there are kinds. */
const KINDS = 0x100

/** Whether main sent it. */
export function isToWorker(value: unknown): value is ToWorkerMessage {
  return hasKind(value, BATCH)
}

/** Whether a worker sent it, and not the code of a task. */
export function isToMain(value: unknown): value is ToMainMessage {
  return hasKind(value, READY)
}

function hasKind(value: unknown, first: number): boolean {
  if (!Array.isArray(value)) return false
  const kind: unknown = value[0]
  return typeof kind === 'number' && kind >= first && kind < first + KINDS
}
