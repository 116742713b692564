import { InvalidStateError, slot, markOwn } from '@manyhands/base'
import { poolOrigin } from './entry-url.ts'
import type { ExecutorOptions } from './executor/executor-options.ts'
import { ProcessPoolExecutor } from './executor/process-pool-executor.ts'
import { cpuCount } from './here/cpu-count.ts'
import { currentProcess, parentProcess } from './here/current-process.ts'
import { allStartMethods, checkStartMethod, getStartMethod, setStartMethod } from './here/start-method.ts'
import { setPreload, warmUp } from './host/spares.ts'
import { type PoolOptions, readPoolOptions } from './pool/pool-options.ts'
import { Pool } from './pool/pool.ts'
import { activeChildren } from './process/active-children.ts'
import { Process, processClasses } from './process/process.ts'
import { Thread } from './process/thread.ts'
import type { StartMethod } from './protocol/lineage.ts'

/** What this package has, bound to one start method: for a library that must not change the program's. */
export interface Context {
  readonly startMethod: StartMethod
  readonly Process: typeof Process
  readonly Thread: typeof Thread
  readonly ProcessPoolExecutor: new (options?: ExecutorOptions) => ProcessPoolExecutor
  readonly Pool: new (options?: PoolOptions | number) => Pool
  readonly activeChildren: typeof activeChildren
  readonly currentProcess: typeof currentProcess
  readonly parentProcess: typeof parentProcess
  readonly cpuCount: typeof cpuCount
  readonly allStartMethods: typeof allStartMethods
  readonly setPreload: typeof setPreload
  readonly warmUp: typeof warmUp
  /** The same context without a method; else the one of that method. */
  getContext(method?: StartMethod): Context
  getStartMethod(): StartMethod
  /** @throws InvalidStateError when this context is one of a method: it has it for good */
  setStartMethod(method: StartMethod | null, options?: { readonly force?: boolean | undefined }): void
}

/**
 * The context of a start method; without one that of the program, which follows `setStartMethod`. The same for the same
 * method.
 *
 * @throws TypeError for a method that there is not
 */
export function getContext(method?: StartMethod): Context {
  const key = method === undefined ? 'default' : checkStartMethod(method)
  const contexts = slot('pool.contexts', () => new Map<string, Context>())
  let context = contexts.get(key)
  if (context === undefined) contexts.set(key, (context = method === undefined ? defaultContext() : contextOf(method)))
  return context
}

const shared = { Thread, activeChildren, currentProcess, parentProcess, cpuCount, allStartMethods, setPreload, warmUp }

function defaultContext(): Context {
  return {
    ...shared,
    get startMethod() {
      return getStartMethod()
    },
    Process,
    ProcessPoolExecutor,
    Pool,
    getContext,
    getStartMethod: () => getStartMethod(),
    setStartMethod,
  }
}

function contextOf(startMethod: StartMethod): Context {
  const context: Context = {
    ...shared,
    startMethod,
    Process: processClasses[startMethod],
    ProcessPoolExecutor: class extends ProcessPoolExecutor {
      constructor(options: ExecutorOptions = {}) {
        super({ startMethod, ...options })
      }
    },
    Pool: class extends Pool {
      constructor(options: PoolOptions | number = {}) {
        super({ startMethod, ...readPoolOptions(options) })
      }
    },
    getContext: method => (method === undefined ? context : getContext(method)),
    getStartMethod: () => startMethod,
    setStartMethod() {
      throw new InvalidStateError(
        `this context is the one of \`${startMethod}\`: only that of the program, getContext(), can be given ` +
          'another start method',
      )
    },
  }
  return context
}

markOwn(getContext, () => poolOrigin('getContext'))
