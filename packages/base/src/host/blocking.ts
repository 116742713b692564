import { InvalidStateError } from '../errors.ts'
import { slot } from '../slots.ts'

interface Blocking {
  allowed: boolean
}

const state = (): Blocking =>
  slot('core.blocking', () => ({ allowed: !process.getBuiltinModule('node:worker_threads').isMainThread }))
let known: Blocking | undefined

/** For pools: the main thread of this process only runs tasks, so tasks may block it. */
export function allowBlocking(): void {
  state().allowed = true
}

/** True where blocking is allowed: in threads, and in processes that only run tasks. */
export function mayBlock(): boolean {
  return (known ??= state()).allowed
}

/** @throws InvalidStateError on the main thread of a program, where a blocking wait would stop all other code */
export function checkMayBlock(method: string, asynchronous: string, allowMainThread: boolean | undefined): void {
  if (mayBlock() || allowMainThread === true) return
  throw new InvalidStateError(
    `${method} would block the main thread: use ${asynchronous}, call it in a worker, or pass { ` +
      'allowMainThread: true }',
  )
}
