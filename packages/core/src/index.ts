export type { Codec } from './codec.ts'
export type { Address } from './connection/address.ts'
export type { AuthKey } from './connection/auth-key.ts'
export type { ConnectOptions } from './connection/connect.ts'
export { connect } from './connection/connect.ts'
export type { ReceiveBytesOptions, ReceiveOptions, SendBytesOptions } from './connection/connection.ts'
export { Connection } from './connection/connection.ts'
export type { ListenerOptions } from './connection/listener.ts'
export { Listener } from './connection/listener.ts'
export type { PipeOptions } from './connection/pipe.ts'
export { pipe } from './connection/pipe.ts'
export type { ReadableLike } from './connection/wait-any.ts'
export { waitAny } from './connection/wait-any.ts'
export type { TaskInfo, WorkerExit } from './errors.ts'
export {
  AuthenticationError,
  BrokenBarrierError,
  BrokenPoolError,
  BufferTooShortError,
  CancelledError,
  ConnectionClosedError,
  InternalError,
  InvalidStateError,
  isParallelError,
  MessageTooLongError,
  ParallelError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SerializationError,
  setTaskInfo,
  ShutdownError,
  taskInfoOf,
  TaskTimeoutError,
  WaitTimeoutError,
  WorkerExitedError,
} from './errors.ts'
export type { Executor, MapOptions, ShutdownOptions, TaskFunction, TaskOptions, Transferable } from './executor.ts'
export type { FutureLabel, FutureState, WaitOptions } from './future.ts'
export { Future, FutureResolver } from './future.ts'
export type { LocalQueueOptions, PriorityQueueOptions } from './queue/local-queue.ts'
export { LifoQueue, PriorityQueue } from './queue/local-queue.ts'
export type { QueueOptions } from './queue/queue.ts'
export { JoinableQueue, Queue, SimpleQueue } from './queue/queue.ts'
export type { RegionOptions } from './region/region.ts'
export { Region } from './region/region.ts'
export { newSharedId, rememberShared, reviveShared } from './shared-id.ts'
export { slot } from './state.ts'
export type { BarrierOptions } from './sync/barrier.ts'
export { Barrier } from './sync/barrier.ts'
export type { ConditionOptions } from './sync/condition.ts'
export { Condition } from './sync/condition.ts'
export type { Guard } from './sync/guard.ts'
export type { LockOptions } from './sync/lock.ts'
export { Lock } from './sync/lock.ts'
export type { AcquireOptions, AcquireSyncOptions, PrimitiveOptions } from './sync/options.ts'
export { RLock } from './sync/rlock.ts'
export { BoundedSemaphore, Semaphore } from './sync/semaphore.ts'
export { SharedEvent } from './sync/shared-event.ts'
export type { Across, Origin } from './travel.ts'
export { origin, replace, revive } from './travel.ts'
export { warnOfUnseenFailures } from './unseen-failures.ts'
export type { Waitable, Waiting } from './waitable.ts'
export { waitable } from './waitable.ts'
export type { WaitForOptions, WaitResult } from './wait.ts'
export { asCompleted, wait } from './wait.ts'
