import { isParallelError } from '@manyhands/base'

const HEADING = '    --- called from ---'

/**
 * The place in the program that has made a call. An error that manyhands itself raises for it, later and on another
 * stack, gets its lines. It is written as text only then.
 */
export class CallSite {
  declare readonly stack: string

  /** @param below - the function whose caller is the first line */
  constructor(below: (...args: never[]) => unknown) {
    Error.captureStackTrace(this, below)
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
