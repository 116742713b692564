export type { Codec } from './codec.ts'
export type { TaskInfo, WorkerExit } from './errors.ts'
export {
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
export type { Across, Origin } from './travel.ts'
export { origin, replace, revive } from './travel.ts'
export { warnOfUnseenFailures } from './unseen-failures.ts'
export type { WaitForOptions, WaitResult } from './wait.ts'
export { asCompleted, wait } from './wait.ts'
