/**
 * What packages that build on this one are made of. Pools wait for it when they start, so the primitives are not in it: `own-exports.ts` says whether these are
 * loaded. Of the rest `@manyhands/core` exports what is for users.
 * @packageDocumentation
 */
export type { Codec } from './codec.ts'
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
export { newSharedId, rememberShared, reviveShared } from './shared-id.ts'
export { slot } from './state.ts'
export type { Across, Origin } from './travel.ts'
export { origin, replace, revive } from './travel.ts'
export { warnOfUnseenFailures } from './unseen-failures.ts'
export type { Waitable, Waiting } from './waitable.ts'
export { waitable } from './waitable.ts'
export type { WaitForOptions, WaitResult } from './wait.ts'
export { asCompleted, wait } from './wait.ts'
export { channelCodec, installChannelCodec } from './codec.ts'
export { trackConnections } from './connection/offers.ts'
export type { KnownMistakes } from './options.ts'
export { checkOptionNames, suggestion, checkDuration, checkInteger, checkSignal, checkFunction, describeValue } from './options.ts'
export { ownExports } from './own-exports.ts'
export type { ThreadShare } from './party/thread-share.ts'
export { adoptThreadShare, endThread, newThreadShare, noteThreadExit, noteThreadStart } from './party/thread-share.ts'
export { allowBlocking } from './sync/blocking.ts'
export type { DoorbellLink } from './waiting/doorbell.ts'
export { linkDoorbell } from './waiting/doorbell.ts'
