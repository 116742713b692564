import { ParallelError } from '@manyhands/base'

/** An error with code EMFILE or ENFILE, if that is why something could not be loaded: a loader may report another. */
export function outOfFiles(failure: unknown): NodeJS.ErrnoException | undefined {
  const { code, message = '' } = (failure ?? {}) as Partial<NodeJS.ErrnoException>
  if (code === 'EMFILE' || code === 'ENFILE') return failure as NodeJS.ErrnoException
  if (/too many open files/i.test(message)) {
    return Object.assign(new Error(message, { cause: failure }), { code: 'EMFILE' })
  }
  const { closeSync, openSync } = process.getBuiltinModule('node:fs')
  try {
    closeSync(openSync(process.execPath, 'r'))
    return undefined
  } catch (error) {
    const probed = error as NodeJS.ErrnoException
    return probed.code === 'EMFILE' || probed.code === 'ENFILE' ? probed : undefined
  }
}

/** Says why the native calls that are there could not be loaded, and what to do. */
export function loadFailure(failure: unknown): Error {
  const { code, message } = failure as NodeJS.ErrnoException
  if (code === 'EMFILE' || code === 'ENFILE') return failure as Error
  return new ParallelError(
    'NO_SHARED_MEMORY',
    `sharing memory with other processes needs a native call, and loading it failed: ${message} ${cureOf(code)}`,
    { cause: failure },
  )
}

function cureOf(code: string | undefined): string {
  switch (code) {
    case 'ERR_DLOPEN_DISABLED':
    case 'ERR_ACCESS_DENIED':
      return '(start Node with --allow-addons, and with --allow-fs-read and --allow-fs-write for what it opens)'
    case 'EACCES':
    case 'EPERM':
      return '(let this user read the folder of the package koffi)'
    default:
      return '(install the package koffi again on this platform, or run on Node 26.1 or newer)'
  }
}
