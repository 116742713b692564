/**
 * Primitives for threads and processes, and the parts of `@manyhands/base` that programs need.
 * @packageDocumentation
 */
export {
  type Across,
  asCompleted,
  AuthenticationError,
  BrokenBarrierError,
  BrokenPoolError,
  BufferTooShortError,
  CancelledError,
  ConnectionClosedError,
  type Executor,
  Future,
  type FutureLabel,
  FutureResolver,
  type FutureState,
  type Indexed,
  InternalError,
  InvalidStateError,
  isParallelError,
  type MapCall,
  type MapItems,
  type MapItemsOf,
  type MapOptions,
  type MapResults,
  MessageTooLongError,
  ParallelError,
  PerWorker,
  perWorker,
  type PerWorkerOptions,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  replace,
  revive,
  SerializationError,
  ShutdownError,
  type ShutdownOptions,
  type Outcome,
  type TaskFailure,
  type SpreadMapOptions,
  type TaskFunction,
  type TaskInfo,
  taskInfoOf,
  type TaskOptions,
  TasksFailedError,
  TaskTimeoutError,
  type Transferable,
  wait,
  type Waitable,
  waitable,
  type WaitForOptions,
  type Waiting,
  type WaitOptions,
  type WaitResult,
  WaitTimeoutError,
  type WorkerExit,
  WorkerExitedError,
} from '@manyhands/base'
export type { Address } from './connection/address.ts'
export type { AuthKey } from './connection/auth-key.ts'
export { connect, type ConnectOptions } from './connection/connect.ts'
export type { ReceiveBytesOptions, ReceiveOptions, SendBytesOptions } from './connection/connection-options.ts'
export { Connection } from './connection/connection.ts'
export { Listener, type ListenerOptions } from './connection/listener.ts'
export { pipe, type PipeOptions } from './connection/pipe.ts'
export { type ReadableLike, waitAny } from './connection/wait-any.ts'
export { LifoQueue, type LocalQueueOptions, PriorityQueue, type PriorityQueueOptions } from './queue/local-queue.ts'
export { JoinableQueue } from './queue/joinable-queue.ts'
export { Queue, type QueueOptions } from './queue/queue.ts'
export { SimpleQueue } from './queue/simple-queue.ts'
export { Region, type RegionOptions } from './region/region.ts'
export { Barrier, type BarrierOptions } from './sync/barrier.ts'
export { Condition, type ConditionOptions } from './sync/condition.ts'
export type { Guard } from './sync/guard.ts'
export { Lock, type LockOptions } from './sync/lock.ts'
export type { AcquireOptions, AcquireSyncOptions, PrimitiveOptions } from './sync/options.ts'
export { RLock } from './sync/rlock.ts'
export { BoundedSemaphore, Semaphore } from './sync/semaphore.ts'
export { SharedEvent } from './sync/shared-event.ts'
