export type {
  AnyTaskFunction,
  Batch,
  BatchHandle,
  BatchOptions,
  BatchSink,
  BatchStats,
  WorkerInfo,
} from '@manyhands/base'
export type { ResourceLimits } from './host/channel.ts'
export { cpuCount } from './here/cpu-count.ts'
export type { ExecutorOptions } from './executor/executor-options.ts'
export type { PreparedFunction } from './dispatch/function-table.ts'
export { DictProxy } from './manager/dict-proxy.ts'
export { ListProxy } from './manager/list-proxy.ts'
export { IteratorProxy } from './remote/managed.ts'
export { type CreateOptions, Manager, type ManagerOptions } from './manager/manager.ts'
export { ManagerProcess } from './manager/manager-process.ts'
export { NamespaceProxy } from './manager/namespace-proxy.ts'
export { type Remote, RemoteObject } from './remote/remote-object.ts'
export { SetProxy } from './manager/set-proxy.ts'
export { activeChildren } from './process/active-children.ts'
export type { ExitStatus, JoinOptions, ProcessOptions } from './process/child.ts'
export { type Context, getContext } from './context.ts'
export { ForkServerProcess, Process, SpawnProcess } from './process/process.ts'
export { type PreloadOptions, setPreload, warmUp } from './host/spares.ts'
export { allStartMethods, getStartMethod, setStartMethod } from './here/start-method.ts'
export type { Sentinel } from './process/sentinel.ts'
export { Thread } from './process/thread.ts'
export type { StartMethod } from './protocol/lineage.ts'
export { ProcessPoolExecutor } from './executor/process-pool-executor.ts'
export { getReusableExecutor, type ReusableExecutorOptions } from './executor/reusable-executor.ts'
export { ThreadPoolExecutor } from './executor/thread-pool-executor.ts'
export type { WorkerExecutor } from './executor/worker-executor.ts'
export type { Measurements } from './dispatch/measurements.ts'
export type { OnWorkerExit } from './dispatch/worker-exits.ts'
export { type CurrentProcess, currentProcess, type ParentProcess, parentProcess } from './here/current-process.ts'
export { exit } from './here/exit.ts'
export { move } from './here/move.ts'
export { type CurrentWorker, currentWorker } from './here/current-worker.ts'
export { type TaskContext, taskContext } from './here/task-context.ts'
export type { AsyncResult, Callbacks } from './pool/async-result.ts'
export { Pool } from './pool/pool.ts'
export type { ImapOptions, MapAsyncOptions, PoolMapOptions, PoolOptions } from './pool/pool-options.ts'
