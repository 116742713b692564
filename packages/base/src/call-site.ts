import { isParallelError } from './errors.ts'

const HEADING = '    --- called from ---'

/**
 * The place in the program that has made a call. An error that manyhands itself raises for it, later and on another
 * stack, gets its lines. It is written as text only then.
 */
export class CallSite {
  declare readonly stack: string

  /**
   * @param below - the function whose caller is the first line
   * @param lines - at most. More take longer. @default as in the stacks of errors
   */
  constructor(below: (...args: never[]) => unknown, lines?: number) {
    const { stackTraceLimit } = Error
    const isLess = lines !== undefined && lines < stackTraceLimit
    // Node can be started with an Error that is frozen.
    if (isLess) Reflect.set(Error, 'stackTraceLimit', lines)
    Error.captureStackTrace(this, below)
    if (isLess) Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }

  /** Adds the lines to the stack of an error of manyhands; the error of a task has its own. */
  addTo(error: unknown): void {
    try {
      if (!isOfManyhands(error) || typeof error.stack !== 'string' || error.stack.includes(HEADING)) return
      const lines = this.stack.split('\n').slice(1).join('\n')
      // A frozen error keeps its stack.
      Reflect.set(error, 'stack', `${error.stack}\n${HEADING}\n${lines}`)
    } catch {
      // A task in this thread may throw anything, such as a revoked proxy; the call fails with it all the same.
    }
  }
}

function isOfManyhands(error: unknown): error is Error {
  if (isParallelError(error)) return error instanceof Error
  return error instanceof TypeError && error.message.includes('is not a delayed call')
}
