export type { Codec } from './codec.ts'
export type { TaskInfo, WorkerExit } from './errors.ts'
export {
  BrokenBarrierError,
  BrokenPoolError,
  CancelledError,
  InternalError,
  InvalidStateError,
  isParallelError,
  ParallelError,
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
