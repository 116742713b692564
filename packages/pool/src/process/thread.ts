import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { getStartMethod } from '../here/start-method.ts'
import { ThreadChannel } from '../host/thread-channel.ts'
import { Child, type ChildKind, type ProcessOptions } from './child.ts'

/**
 * A worker thread that runs one function and ends. It has the face of {@link Process}; memory can be shared with it,
 * and a crash of native code ends the program.
 *
 * It ends with the thread that started it.
 */
export class Thread<A extends readonly unknown[] = readonly []> extends Child {
  /** @throws TypeError naming the option that is wrong */
  constructor(options: ProcessOptions<A> = {} as ProcessOptions<A>) {
    super('thread', options as never)
  }

  protected kind(): ChildKind {
    return {
      kind: 'thread',
      startMethod: getStartMethod({ allowNone: true }) ?? 'spawn',
      start: (options, events) => new ThreadChannel(options, events),
    }
  }

  static get [origin](): Origin {
    return poolOrigin('Thread')
  }
}
