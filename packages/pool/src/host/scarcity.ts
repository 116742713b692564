/**
 * Why a worker could not be started, if it is that the system had no room for it: what to do, in words that follow
 * "or" or a colon. Undefined for any other reason.
 */
export function scarcityOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = error as NodeJS.ErrnoException
  // `Worker initialization failure: EMFILE`
  switch (code === 'ERR_WORKER_INIT_FAILED' ? message.split(': ').at(-1) : code) {
    case 'EMFILE':
      return 'raise the limit of open files (`ulimit -n`)'
    case 'ENFILE':
      return 'raise the limit of open files of the system (`sysctl fs.file-max`)'
    case 'EAGAIN':
      return 'raise the limit of processes and threads (`ulimit -u`; in a container `--pids-limit`)'
    case 'ENOMEM':
      return 'give it more memory'
    default:
      return undefined
  }
}

/** The same error with what to do about it, where something is to be done. */
export function withCure(error: unknown): unknown {
  const cure = scarcityOf(error)
  if (cure === undefined) return error
  const { code, message } = error as NodeJS.ErrnoException
  return Object.assign(new Error(`${message}: ${cure}`, { cause: error }), { code })
}
