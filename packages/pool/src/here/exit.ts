import { markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { place } from './current-process.ts'

/**
 * Ends this process, or the Thread that calls it, as Python's `sys.exit`.
 *
 * Nothing that is pending is waited for; `exit` events run.
 *
 * @param reason - nothing, null or false: code 0. true: 1. An integer: that code. Anything else is printed on stderr,
 * and the code is 1
 */
export function exit(reason?: unknown): never {
  if (reason === undefined || reason === null || reason === false) process.exit(0)
  if (reason === true) process.exit(1)
  if (typeof reason === 'number' && Number.isInteger(reason)) process.exit(reason)
  complain(`${typeof reason === 'string' ? reason : process.getBuiltinModule('node:util').inspect(reason)}\n`)
  process.exit(1)
}

/** Writes to stderr what must be out before the process, or the thread, is gone. Nobody may be there to read it. */
export function complain(text: string): void {
  // The stream of a thread leads through its parent, which keeps what it was given.
  if (place().threadId !== 0) return void process.stderr.write(text)
  try {
    process.getBuiltinModule('node:fs').writeSync(2, text)
  } catch {
    // Closed, or full and nobody reads.
  }
}

markOwn(exit, () => poolOrigin('exit'))
