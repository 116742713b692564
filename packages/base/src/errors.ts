import type { WorkerInfo } from './executor/worker-info.ts'
import type { Outcome, TaskFailure } from './outcome.ts'
import { slot } from './slots.ts'

const marker = Symbol.for('manyhands.error')

/**
 * The base class of all errors that manyhands itself throws. A task's own error is rethrown unchanged and is not a
 * `ParallelError`.
 *
 * `code` is stable (`ERR_MANYHANDS_…`); `cause` is the original error, if any.
 */
export class ParallelError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = `ERR_MANYHANDS_${code}`
  }

  static {
    // On the prototype: a class field would make each copied error carry it as an own property.
    Object.defineProperty(this.prototype, marker, { value: true })
    Object.defineProperty(this.prototype, 'name', { value: 'ParallelError', configurable: true, writable: true })
  }
}

/** True for errors of any loaded copy of manyhands, also where `instanceof` fails because two copies are loaded. */
export function isParallelError(error: unknown): error is ParallelError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[marker] === true
}

/** A task ran longer than its `timeoutMs`. Its worker was replaced. */
export class TaskTimeoutError extends ParallelError {
  override readonly name: string = 'TaskTimeoutError'
  readonly timeoutMs: number

  constructor(taskName: string, timeoutMs: number) {
    super('TASK_TIMEOUT', `task \`${taskName}\` ran longer than timeoutMs = ${timeoutMs}`)
    this.timeoutMs = timeoutMs
  }
}

/** A task was cancelled before it ran, or aborted. `cause` is the signal's reason when a signal did it. */
export class CancelledError extends ParallelError {
  override readonly name: string = 'CancelledError'

  constructor(message = 'the task was cancelled', options?: ErrorOptions) {
    super('CANCELLED', message, options)
  }
}

/** A value cannot travel to a worker or back. `path` leads to the value; `hint` suggests what to do instead. */
export class SerializationError extends ParallelError {
  override readonly name: string = 'SerializationError'
  readonly path: readonly string[]
  readonly hint: string | undefined

  constructor(
    message: string,
    details: { readonly path?: readonly string[]; readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super('SERIALIZATION', message, 'cause' in details ? { cause: details.cause } : undefined)
    this.path = details.path ?? []
    this.hint = details.hint
  }
}

/** A wait took longer than `timeoutMs`. The operation that was waited for continues. */
export class WaitTimeoutError extends ParallelError {
  override readonly name: string = 'WaitTimeoutError'
  readonly timeoutMs: number

  constructor(what: string, timeoutMs: number) {
    super('WAIT_TIMEOUT', `${what} within timeoutMs = ${timeoutMs}`)
    this.timeoutMs = timeoutMs
  }
}

/** What is known about a worker that exited. */
export interface WorkerExit {
  /** For example `'thread'` or `'process'`. */
  readonly kind: string
  /** As its executor calls it. */
  readonly name?: string | undefined
  /** null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  /** The id of a process. */
  readonly pid?: number | undefined
  /** The id of a thread. */
  readonly threadId?: number | undefined
  /** Its last lines on stderr, at most 20. */
  readonly stderr?: string | undefined
}

/** A worker exited while it held the task: process.exit, an uncaught error, memory exhaustion, a signal. */
export class WorkerExitedError extends ParallelError {
  override readonly name: string = 'WorkerExitedError'
  readonly exitCode: number | null
  readonly signal: string | null
  readonly pid: number | undefined
  readonly threadId: number | undefined
  readonly stderr: string
  /** True when the task may have run, wholly or in part. */
  readonly maybeRan: boolean

  constructor(
    exit: WorkerExit,
    details: { readonly taskName?: string | undefined; readonly maybeRan?: boolean; readonly cause?: unknown } = {},
  ) {
    const name = exit.name === undefined ? '' : ` (${exit.name})`
    const who = `worker ${exit.kind} ${exit.threadId ?? exit.pid}${name}`
    const how = exit.signal === null ? `exited with code ${exit.exitCode}` : `was ended by ${exit.signal}`
    const task = details.taskName === undefined ? '' : ` while it held task \`${details.taskName}\``
    const stderr = exit.stderr?.trimEnd() ?? ''
    const cause = details.cause instanceof Error ? `: ${details.cause.message}` : ''
    super(
      'WORKER_EXITED',
      `${who} ${how}${task}${cause}${stderr === '' ? '' : `\nlast lines of its stderr:\n${stderr}`}`,
      'cause' in details && details.cause !== undefined ? { cause: details.cause } : undefined,
    )
    this.exitCode = exit.exitCode
    this.signal = exit.signal
    this.pid = exit.pid
    this.threadId = exit.threadId
    this.stderr = stderr
    this.maybeRan = details.maybeRan ?? false
  }
}

/**
 * The pool can no longer be used; `cause` names the worker that broke it. Each pending future fails with its own error.
 */
export class BrokenPoolError extends ParallelError {
  override readonly name: string = 'BrokenPoolError'

  constructor(message: string, options?: ErrorOptions) {
    super('BROKEN_POOL', message, options)
  }
}

/** A task was submitted to a pool after `shutdown`, or was dropped by `shutdown`. */
export class ShutdownError extends ParallelError {
  override readonly name: string = 'ShutdownError'

  constructor(message = 'the executor was shut down: it accepts no more tasks') {
    super('SHUTDOWN', message)
  }
}

/**
 * Tasks of a call failed, and the others were run to the end: `onError: 'defer'` of Parallel. `cause` is the first of
 * the errors.
 */
export class TasksFailedError extends ParallelError {
  override readonly name: string = 'TasksFailedError'
  /** What failed, by the position of the task in the input. */
  readonly failures: readonly TaskFailure[]
  /** What each task came to, in the order of the input; empty for a stream, which has yielded its values. */
  readonly results: readonly Outcome<unknown>[]

  constructor(failures: readonly TaskFailure[], results: readonly Outcome<unknown>[], tasks: number) {
    const [first] = failures
    super('TASKS_FAILED', `${failures.length} of ${tasks} tasks failed${first === undefined ? '' : firstOf(first)}`, {
      cause: first?.error,
    })
    this.failures = failures
    this.results = results
  }

  /** The errors alone, as an AggregateError has them. */
  get errors(): readonly unknown[] {
    return this.failures.map(({ error }) => error)
  }
}

function firstOf({ index, error }: TaskFailure): string {
  const [line = ''] = textOf(error).split('\n', 1)
  return `, the first is task ${index}: ${line}`
}

function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'a value without a text' // tasks may throw anything
  }
}

/** The object is in a state that does not allow this call, such as settling a future twice. */
export class InvalidStateError extends ParallelError {
  override readonly name: string = 'InvalidStateError'

  constructor(message: string) {
    super('INVALID_STATE', message)
  }
}

/**
 * A barrier was broken: a party arrived too late, its action failed, it was aborted or reset, or a party died in it.
 */
export class BrokenBarrierError extends ParallelError {
  override readonly name: string = 'BrokenBarrierError'

  constructor(message = 'the barrier is broken') {
    super('BROKEN_BARRIER', message)
  }
}

/** The two ends of a connection have different `authKey`s, or only one end has a key. */
export class AuthenticationError extends ParallelError {
  override readonly name: string = 'AuthenticationError'

  constructor(message: string, options?: ErrorOptions) {
    super('AUTHENTICATION', message, options)
  }
}

/** A connection was closed, at this end or the other, and all messages that arrived before were received. */
export class ConnectionClosedError extends ParallelError {
  override readonly name: string = 'ConnectionClosedError'

  constructor(message = 'the connection was closed by its other end', options?: ErrorOptions) {
    super('CONNECTION_CLOSED', message, options)
  }
}

/** A message is longer than allowed. The connection was closed, because the rest of the stream cannot be parsed. */
export class MessageTooLongError extends ParallelError {
  override readonly name: string = 'MessageTooLongError'
  /** In bytes, like `maxLength`. */
  readonly length: number
  readonly maxLength: number

  constructor(length: number, maxLength: number) {
    super(
      'MESSAGE_TOO_LONG',
      `a message of ${length} bytes was received, at most ${maxLength} are allowed; the connection was closed`,
    )
    this.length = length
    this.maxLength = maxLength
  }
}

/** A message does not fit into the given buffer; `data` is the whole message. */
export class BufferTooShortError extends ParallelError {
  override readonly name: string = 'BufferTooShortError'
  readonly data: Uint8Array

  constructor(data: Uint8Array, room: number) {
    super(
      'BUFFER_TOO_SHORT',
      `a message of ${data.length} bytes does not fit into ${room} bytes; \`data\` of this error contains it`,
    )
    this.data = data
  }
}

/** `tryGet` found nothing in the queue. */
export class QueueEmptyError extends ParallelError {
  override readonly name: string = 'QueueEmptyError'

  constructor(message = 'the queue is empty') {
    super('QUEUE_EMPTY', message)
  }
}

/** `tryPut` found no room in the queue. */
export class QueueFullError extends ParallelError {
  override readonly name: string = 'QueueFullError'

  constructor(message = 'the queue is full') {
    super('QUEUE_FULL', message)
  }
}

/** The queue was shut down: it accepts no more items, and its remaining items were taken or dropped. */
export class QueueShutDownError extends ParallelError {
  override readonly name: string = 'QueueShutDownError'

  constructor(message = 'the queue was shut down') {
    super('QUEUE_SHUT_DOWN', message)
  }
}

/** A bug in manyhands itself. */
export class InternalError extends ParallelError {
  override readonly name: string = 'InternalError'

  constructor(message: string, options?: ErrorOptions) {
    super('INTERNAL', `${message}. This should never happen, please report it`, options)
  }
}

/** Where and how a task failed, for an error that came from a worker. */
export interface TaskInfo {
  /** The stack in the worker. */
  readonly remoteStack: string | undefined
  readonly taskName: string
  readonly worker: WorkerInfo
}

/**
 * Information about the task that threw `error`; undefined when the error did not come from a worker or is no object.
 */
export function taskInfoOf(error: unknown): TaskInfo | undefined {
  return typeof error === 'object' && error !== null ? infos().get(error) : undefined
}

/** For executors: records where `error` came from. Nothing is recorded for a primitive value. */
export function setTaskInfo(error: unknown, info: TaskInfo): void {
  if (typeof error === 'object' && error !== null) infos().set(error, info)
}

function infos(): WeakMap<object, TaskInfo> {
  return slot('core.taskInfo', () => new WeakMap<object, TaskInfo>())
}
