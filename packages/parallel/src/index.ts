export { remote } from '@manyhands/closure'
export type { Batch, BatchHandle, BatchOptions, BatchSink, Indexed, WorkerInfo } from '@manyhands/base'
export type { BackendCall, BackendCapabilities, CallContext, ParallelBackend } from './backends/backend.ts'
export { executorBackend } from './backends/pool-backend.ts'
export { type BackendName, type BackendNames, registerBackend } from './backends/registry.ts'
export { parallelConfig } from './config.ts'
export type { CallOutcome, ParallelEvent } from './events.ts'
export type { Jobs } from './jobs.ts'
export type { ParallelOptions, PreDispatch } from './options.ts'
export { Parallel, type ParallelConstructor, type StreamOptions } from './parallel.ts'
export { parallelMap } from './parallel-map.ts'
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
