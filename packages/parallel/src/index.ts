export { remote } from '@manyhands/closure'
export type {
  Batch,
  BatchHandle,
  BatchOptions,
  BatchSink,
  Indexed,
  Outcome,
  TaskFailure,
  WorkerInfo,
} from '@manyhands/base'
export type { BackendCall, BackendCapabilities, CallContext, ParallelBackend } from './backends/backend.ts'
export { executorBackend } from './backends/pool-backend.ts'
export { type BackendName, type BackendNames, registerBackend } from './backends/registry.ts'
export { parallelConfig } from './config.ts'
export type { CallOutcome, ParallelEvent } from './events.ts'
export type { Jobs } from './jobs.ts'
export type { ConfigOptions, OnError, ParallelOptions, PreDispatch, Reuse, Settled } from './options.ts'
export { taskRandom } from './random/task-random.ts'
export type { TaskRandom } from './random/task-seed.ts'
export type { CallProgress } from './scheduler/settled-output.ts'
export { Parallel, type ParallelConstructor, type ScopedParallel, type StreamOptions } from './parallel.ts'
export { parallelMap, type ParallelMapOptions } from './parallel-map.ts'
export type {
  Progress,
  ProgressOptions,
  ProgressRenderer,
  ProgressStream,
  RendererName,
} from './progress/progress-options.ts'
export type { ProgressState, WorkerProgress } from './progress/progress-state.ts'
export type { ResultStream } from './scheduler/result-stream.ts'
export { delayed, type DelayedOptions, type ResultOf, type Results, type Task } from './task.ts'
