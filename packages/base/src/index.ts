/**
 * The vocabulary that every package of manyhands stands on. Nothing in here waits on shared memory, maps memory or
 * starts a worker. Programs take what they need of it from `@manyhands/core`; this package is for packages that build
 * on manyhands.
 * @packageDocumentation
 */
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
  type TaskInfo,
  taskInfoOf,
  TasksFailedError,
  TaskTimeoutError,
  WaitTimeoutError,
  type WorkerExit,
  WorkerExitedError,
} from './errors.ts'

export {
  Future,
  FutureResolver,
  type FutureState,
  hasFailed,
  unwatchFuture,
  type WaitOptions,
  watchFuture,
} from './future/future.ts'
export { warnOfUnseenFailures } from './future/unseen-failures.ts'
export type { FutureLabel } from './future/future-label.ts'
export { asCompleted } from './future/as-completed.ts'
export { wait, type WaitForOptions, type WaitResult } from './future/wait.ts'
export { type Waitable, waitable, type Waiting } from './future/waitable.ts'

export type {
  AnyTaskFunction,
  Batch,
  BatchHandle,
  BatchOptions,
  BatchSink,
  BatchStats,
  TaskFunction,
} from './executor/batch.ts'
export { updateCost } from './executor/cost-estimate.ts'
export {
  disposePerWorker,
  onPerWorkerResource,
  PerWorker,
  perWorker,
  type PerWorkerOptions,
} from './executor/per-worker.ts'
export type { WorkerInfo } from './executor/worker-info.ts'
export type { Affinity, Executor, ShutdownOptions, TaskOptions, Transferable } from './executor/executor.ts'
export type {
  Indexed,
  MapCall,
  MapItems,
  MapItemsOf,
  MapOptions,
  MapResults,
  SpreadMapOptions,
} from './executor/map.ts'

export {
  clearInterval,
  clearTimeout,
  clock,
  Promise,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
} from './intrinsics.ts'

export { channelCodec, type Codec, installChannelCodec } from './travel/codec.ts'
export {
  type CallOutcome,
  type EventChannel,
  eventChannel,
  type EventName,
  type EventOf,
  type EventTable,
} from './events.ts'
export { givenParts, loadPart, partsKey } from './travel/part.ts'
export { acrossNames, isAcross, type Reach, reachOf } from './travel/reach.ts'
export {
  type Across,
  CLOSURE_TAG,
  CORE_TAG,
  coreOrigin,
  markOwn,
  type Origin,
  origin,
  replace,
  revive,
} from './travel/replace-revive.ts'
export { noteSharedBuffer, sharedBufferOwner } from './travel/shared-buffer.ts'
export { forgetShared, newSharedId, rememberShared, reviveShared } from './travel/shared-id.ts'

export { callingFile, indexBeside, requireOf } from './host/calling-file.ts'
export { allowBlocking, checkMayBlock, mayBlock } from './host/blocking.ts'
export { type DoorbellLink, linkDoorbell, onRing, ring } from './host/doorbell.ts'
export { enter, strike } from './host/ledger.ts'
export { noteOffers, offersSent, openOffers, receiverGone } from './host/offers.ts'
export { isThreadDead, ownThreadId } from './host/thread-table.ts'
export { gated } from './host/native-gate.ts'
export {
  adoptThreadShare,
  endThread,
  type MappedMemory,
  newThreadShare,
  noteThreadExit,
  noteThreadStart,
  reclaim,
  type ThreadShare,
} from './host/thread-share.ts'

export {
  checkDuration,
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSignal,
  describeValue,
  isDetached,
  type KnownMistakes,
  refuseNew,
  suggestion,
} from './options.ts'
export { abortedError, armLimits, GRACE_MS, type Limits, LONGEST_TIMER_MS, type Settle, untilDone } from './limits.ts'
export { type OpenInput, openInput, readStep } from './iteration.ts'
export { CallSite } from './call-site.ts'
export { checkSync } from './check-sync.ts'
export type { Outcome, TaskFailure } from './outcome.ts'
export { isThenable } from './thenable.ts'
export { warnOf } from './warn-of.ts'
export { slot } from './slots.ts'
