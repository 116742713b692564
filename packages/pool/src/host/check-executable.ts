import { InvalidStateError } from '@manyhands/base'

/** Set in the environment of each process until it has become a worker. */
export const workerVariable = 'MANYHANDS_WORKER'

/**
 * Processes are copies of `process.execPath`. Where that runs the program instead of a worker, each copy would start
 * more of them.
 *
 * @throws InvalidStateError in a single executable application, and in a copy of another program of that kind
 */
export function checkExecutable(): void {
  const sea = process.getBuiltinModule('node:sea') as typeof import('node:sea') | undefined
  if (sea?.isSea() === true) refuse('this program is a single executable application, which always runs itself')
  if (process.env[workerVariable] !== undefined) {
    refuse(`this process was started as a worker (${workerVariable} is set), but ${process.execPath} ran the program`)
  }
}

function refuse(reason: string): never {
  throw new InvalidStateError(
    `processes cannot be started: ${reason}.\n` +
      "Use threads (`backend: 'threads'`, ThreadPoolExecutor, Thread), or run the program by Node.js.",
  )
}
