import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { getStartMethod } from '../here/start-method.ts'
import { startProcess } from '../host/start-methods.ts'
import type { StartMethod } from '../protocol/lineage.ts'
import { Child, type ChildKind, type ProcessOptions } from './child.ts'

/**
 * A child process that runs one function and ends.
 *
 * ```ts
 * const child = new Process({ target: (name: string) => console.log(`hello ${name}`), args: ['world'] })
 * await child.start()
 * await child.join()
 * ```
 *
 * Or a subclass with a `run()`; its properties travel to the process. The main module is not run again there, so no
 * program needs a guard.
 *
 * It has its own memory and its own fate; but it does not outlive this process, however that ends.
 */
export class Process<A extends readonly unknown[] = readonly []> extends Child {
  /** @throws TypeError naming the option that is wrong */
  constructor(options: ProcessOptions<A> = {} as ProcessOptions<A>) {
    super('process', options as never)
  }

  protected startMethod(): StartMethod {
    return getStartMethod()
  }

  protected kind(): ChildKind {
    const startMethod = this.startMethod()
    return { kind: 'process', startMethod, start: (options, events) => startProcess(startMethod, options, events) }
  }

  static get [origin](): Origin {
    return poolOrigin('Process')
  }
}

/** A Process that is always started anew, whatever `setStartMethod` says. */
export class SpawnProcess<A extends readonly unknown[] = readonly []> extends Process<A> {
  protected override startMethod(): StartMethod {
    return 'spawn'
  }

  static override get [origin](): Origin {
    return poolOrigin('SpawnProcess')
  }
}

/** A Process that takes a process which was started before, whatever `setStartMethod` says. */
export class ForkServerProcess<A extends readonly unknown[] = readonly []> extends Process<A> {
  protected override startMethod(): StartMethod {
    return 'forkserver'
  }

  static override get [origin](): Origin {
    return poolOrigin('ForkServerProcess')
  }
}

/** The class of each start method. */
export const processClasses: Readonly<Record<StartMethod, typeof Process>> = {
  spawn: SpawnProcess,
  forkserver: ForkServerProcess,
}
