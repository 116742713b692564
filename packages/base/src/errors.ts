import type { WorkerInfo } from './executor/worker-info.ts'
import { slot } from './slots.ts'

const marker = Symbol.for('manyhands.error')

/**
 * The parent of every error that manyhands itself raises. A task's own error is rethrown as itself and is not one of
 * these.
 *
 * `code` is stable (`ERR_MANYHANDS_…`); `cause` is the origin when there is one.
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

/** True for errors of every copy of manyhands, also when `instanceof` fails because two copies are loaded. */
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

/** A value cannot travel to a worker or back. `path` leads to it; `hint` says what to do instead. */
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

/** Waiting took longer than `timeoutMs`. What was waited for goes on. */
export class WaitTimeoutError extends ParallelError {
  override readonly name: string = 'WaitTimeoutError'
  readonly timeoutMs: number

  constructor(what: string, timeoutMs: number) {
    super('WAIT_TIMEOUT', `${what} within timeoutMs = ${timeoutMs}`)
    this.timeoutMs = timeoutMs
  }
}

/** What is known of a worker that is gone. */
export interface WorkerExit {
  /** Such as `'thread'` or `'process'`. */
  readonly kind: string
  /** null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  /** Of a process. */
  readonly pid?: number | undefined
  /** Of a thread. */
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
    const who = `worker ${exit.kind} ${exit.threadId ?? exit.pid}`
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
 * The pool can no longer be used; `cause` says which worker broke it. Each pending future fails with an error of its
 * own.
 */
export class BrokenPoolError extends ParallelError {
  override readonly name: string = 'BrokenPoolError'

  constructor(message: string, options?: ErrorOptions) {
    super('BROKEN_POOL', message, options)
  }
}

/** Work was handed to a pool after `shutdown`, or was dropped by it. */
export class ShutdownError extends ParallelError {
  override readonly name: string = 'ShutdownError'

  constructor(message = 'the executor was shut down: it takes no more tasks') {
    super('SHUTDOWN', message)
  }
}

/** The object is in a state in which this call makes no sense, such as settling a future twice. */
export class InvalidStateError extends ParallelError {
  override readonly name: string = 'InvalidStateError'

  constructor(message: string) {
    super('INVALID_STATE', message)
  }
}

/** A barrier was broken: a party came too late, its action failed, it was aborted or reset, or a party died in it. */
export class BrokenBarrierError extends ParallelError {
  override readonly name: string = 'BrokenBarrierError'

  constructor(message = 'the barrier is broken') {
    super('BROKEN_BARRIER', message)
  }
}

/** The two ends of a connection do not have the same `authKey`, or only one has one. */
export class AuthenticationError extends ParallelError {
  override readonly name: string = 'AuthenticationError'

  constructor(message: string, options?: ErrorOptions) {
    super('AUTHENTICATION', message, options)
  }
}

/** A connection was closed, at this end or the other, and everything that had arrived before was received. */
export class ConnectionClosedError extends ParallelError {
  override readonly name: string = 'ConnectionClosedError'

  constructor(message = 'the connection was closed by its other end', options?: ErrorOptions) {
    super('CONNECTION_CLOSED', message, options)
  }
}

/** A message is longer than it may be. The connection was closed, as the rest of it cannot be made sense of. */
export class MessageTooLongError extends ParallelError {
  override readonly name: string = 'MessageTooLongError'
  /** In bytes, as are both. */
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

/** A message does not fit into the buffer that was given; `data` is the whole message. */
export class BufferTooShortError extends ParallelError {
  override readonly name: string = 'BufferTooShortError'
  readonly data: Uint8Array

  constructor(data: Uint8Array, room: number) {
    super(
      'BUFFER_TOO_SHORT',
      `a message of ${data.length} bytes does not fit into ${room} bytes; the error's \`data\` holds it`,
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

/** The queue was shut down: nothing can be put any more, and what it held was taken or dropped. */
export class QueueShutDownError extends ParallelError {
  override readonly name: string = 'QueueShutDownError'

  constructor(message = 'the queue was shut down') {
    super('QUEUE_SHUT_DOWN', message)
  }
}

/** A fault in manyhands itself. */
export class InternalError extends ParallelError {
  override readonly name: string = 'InternalError'

  constructor(message: string, options?: ErrorOptions) {
    super('INTERNAL', `${message}. This should never happen, please report it`, options)
  }
}

/** Where and how a task failed, for an error that came from a worker. */
export interface TaskInfo {
  /** The stack as the worker saw it. */
  readonly remoteStack: string | undefined
  readonly taskName: string
  readonly worker: WorkerInfo
}

/** What is known of the task that raised `error`; undefined when it did not come from a worker, or is not an object. */
export function taskInfoOf(error: unknown): TaskInfo | undefined {
  return typeof error === 'object' && error !== null ? infos().get(error) : undefined
}

/** For executors: remembers where `error` came from. A primitive cannot be remembered and is left alone. */
export function setTaskInfo(error: unknown, info: TaskInfo): void {
  if (typeof error === 'object' && error !== null) infos().set(error, info)
}

function infos(): WeakMap<object, TaskInfo> {
  return slot('core.taskInfo', () => new WeakMap<object, TaskInfo>())
}
