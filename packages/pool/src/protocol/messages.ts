/**
 * What main and worker say to each other. Both channels (MessagePort, fork IPC) carry these arrays as they are; they
 * are flat because each nested array costs as much to clone as several tasks.
 *
 * A value in a message is a primitive as it is, or an object that the codec made. So one `typeof` tells them apart.
 *
 * | main → worker | |
 * |---|---|
 * | `[BATCH, batchId, flags, (fn, count, arity, firstIndex, payload)…]` | runs tasks in order; see {@link Run} |
 * | `[DEFINE, functionId, packed]` | comes before the first batch that names the id |
 * | `[FORGET, functionIds, codecIds]` | will not be named again |
 * | `[RECALL, batchId]` | give back what you have not begun |
 * | `[ABORT, batchId]` | tell the running task of the batch to end, and give back what was not begun |
 * | `[CLOSE]` | exit |
 * | `[INIT, init, env, cwd]` | the orders of a process; a thread has them as workerData. `env` and `cwd` when it was started before they were known |
 * | `[PREPARE, program, modules, onError, packed]` | to a process, before INIT: import these, see setPreload; with `packed`, also practise |
 * | `[INTERRUPT]` | to a Thread: what SIGINT is to a process |
 * | `[CONTROL, handle]` | the control words of a process, in a region; it says in the words that it has them |
 * | `[RING, regionId]` | something in a region has changed; see `linkDoorbell` of core |
 *
 * | worker → main | |
 * |---|---|
 * | `[READY]` | the initializer ran |
 * | `[START_FAILED, error]` | the initializer threw |
 * | `[REPLY, (batchId, start, count, durationMs, payload, failures)…]` | results; see {@link Segment} |
 * | `[BEGIN, batchId]` | only for batches with REPORT_BEGIN, sent before the first task runs |
 * | `[RETURNED, batchId, from]` | tasks from index `from` on were not begun and never will be here; always follows ABORT, unless all was answered |
 * | `[LISTENING, batchId]` | a task asked for its context: give it time to end itself (a process without control words) |
 * | `[RANG, regionId]` | as `RING` |
 * | `[PREPARED]` | the modules of PREPARE are imported |
 * | `[OUTPUT, fd, chunk]` | from a thread: what it printed on stdout (1) or stderr (2) |
 * | `[PRINTED, stdout, stderr]` | from a process: the bytes that it has written to each pipe so far. What follows is received after these |
 */
// The code of tasks may send messages of its own along the same channel, with `process.send`. The kinds of ours are
// numbers that nobody chooses by chance; and one that is sent back as it came is none of the other direction.
const TO_WORKER = 0x2d68_0000
const TO_MAIN = 0x2d69_0000
/** More than there are kinds. */
const KINDS = 0x100

export const BATCH = TO_WORKER + 0
export const DEFINE = TO_WORKER + 1
export const FORGET = TO_WORKER + 2
export const RECALL = TO_WORKER + 3
export const ABORT = TO_WORKER + 4
export const CLOSE = TO_WORKER + 5
export const INIT = TO_WORKER + 6
export const CONTROL = TO_WORKER + 7
export const RING = TO_WORKER + 8
export const INTERRUPT = TO_WORKER + 9
export const PREPARE = TO_WORKER + 10

export const READY = TO_MAIN + 0
export const START_FAILED = TO_MAIN + 1
export const REPLY = TO_MAIN + 2
export const BEGIN = TO_MAIN + 3
export const RETURNED = TO_MAIN + 4
export const LISTENING = TO_MAIN + 5
export const RANG = TO_MAIN + 6
export const PREPARED = TO_MAIN + 7
export const OUTPUT = TO_MAIN + 8
export const PRINTED = TO_MAIN + 9

/** Flag of a batch: report its begin. */
export const REPORT_BEGIN = 1

export type Message = readonly unknown[]

/** Whether main sent it. */
export function isToWorker(value: unknown): value is Message {
  return hasKind(value, TO_WORKER)
}

/** Whether a worker sent it, and not the code of a task. */
export function isToMain(value: unknown): value is Message {
  return hasKind(value, TO_MAIN)
}

function hasKind(value: unknown, first: number): boolean {
  if (!Array.isArray(value)) return false
  const kind: unknown = value[0]
  return typeof kind === 'number' && kind >= first && kind < first + KINDS
}

/** Entries of a run in a BATCH message. A run is `count` calls of one function with `arity` arguments each. */
export const RUN_LENGTH = 5
export type Run = readonly [
  /** An id that was defined, or the packed function itself when it runs only once. */
  fn: number | object,
  count: number,
  /** Or `SPREAD`. */
  arity: number,
  /** >= 0: call `fn(payload[k], firstIndex + k)`. -1: call `fn` with `arity` values of the payload. */
  firstIndex: number,
  /** `count * arity` values. A Float64Array when all are numbers and there are many. */
  payload: Payload,
]

/** Instead of an arity: the payload holds one array with all arguments of the one call, because they share objects. */
export const SPREAD = -1

/** Entries of a segment in a REPLY message: `count` results in a row. */
export const SEGMENT_LENGTH = 6
export type Segment = readonly [
  batchId: number,
  start: number,
  count: number,
  /** Time spent in these tasks. */
  durationMs: number,
  payload: Payload,
  /** `[offset, error, …]` of those that failed; their place in the payload is undefined. */
  failures: readonly unknown[] | undefined,
]

export type Payload = readonly unknown[] | Float64Array

/** Numbers are packed into a Float64Array from this many on: fewer are cheaper in a plain array. */
export const PACK_NUMBERS_FROM = 32

/**
 * Int32 words that a worker shares with its owner: a thread from its start, a process once it needs them, where memory
 * can be shared with it.
 */
export const CONTROL_WORDS = 8
/** Messages ever posted to the worker. It spins on this word before it parks. */
export const POSTED = 0
/**
 * The batch that the worker is running, or ran last. The worker turns to another batch by a compare-and-exchange from
 * the one before. Main ends a worker for the sake of a batch by one to its negative: only one of them succeeds, so that
 * no task is begun that nobody waits for, or lost that somebody does.
 */
export const RUNNING_BATCH = 1
/** Index of the last task of that batch which it has begun. Only the worker writes; read after it is gone. */
export const RUNNING_INDEX = 2
/** The batch that is to end. Polled by `taskContext().aborted`. */
export const ABORTED_BATCH = 3
/** The last batch of which a task asked for its context. */
export const LISTENING_BATCH = 4
/** 1: the worker has these words and writes to them. Of a process; a thread always does. */
export const IN_USE = 5
/** Of a thread: how much of its output main has passed on, counted as the worker counts what it posts. Wraps around. */
export const PASSED_ON = 6
