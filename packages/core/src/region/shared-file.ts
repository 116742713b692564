import { newSharedId, slot } from '@manyhands/base'
import { creatorMark } from '../process-identity.ts'
import { NAME_PREFIX, sweepDeadNames } from './sweep.ts'

const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')

/** Linux: O_TMPFILE without the directory flag, which differs among processors. */
const TMPFILE = 0o20000000
/** Bytes per write. Larger: more memory for zeros; smaller: more system calls. */
const ZEROS_BYTES = 1 << 20

/** An open file in shared memory. */
export interface SharedFile {
  readonly fd: number
  /** Where another thread or process can open it: through the descriptor of this process, or by its name. */
  readonly path: string
  /** True when the file has a name, which has to be removed. */
  readonly named: boolean
}

/**
 * How another process opens a shared file.
 *
 * - `descriptor`: the file has no name, so nothing is left behind when a process dies; other processes open it under
 *   `/proc/<pid>/fd` of a process that has it open.
 * - `name`: for systems without /proc. The name contains its creator, which removes it; names of dead creators are
 *   removed when the next region is created.
 */
export type HandOver = 'descriptor' | 'name'

/** Process-wide state, so that tests can change it. */
export function handOver(): { way: HandOver } {
  return slot('core.handOver', () => ({ way: fs().existsSync('/proc/self/fd') ? 'descriptor' : 'name' }))
}

/**
 * The folder of shared files, in memory where the system has such a folder, unless only that of temporary files can be
 * written.
 */
export function sharedFolder(): string {
  return slot('core.sharedFolder', () => {
    const folders = ['/dev/shm', process.getBuiltinModule('node:os').tmpdir()]
    return folders.find(isWritable) ?? folders.find(folder => fs().existsSync(folder)) ?? '/dev/shm'
  })
}

function isWritable(folder: string): boolean {
  if ((process.permission as typeof process.permission | undefined)?.has('fs.write', folder) === false) return false
  try {
    fs().accessSync(folder, fs().constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Creates a file of `byteLength` zeros that no other process can open by accident.
 *
 * @throws Error with code ENOSPC when there is no room. The bytes are written, not only reserved: otherwise the first
 * use of a page that does not fit would kill the process by SIGBUS
 * @throws Error with code EROFS, EACCES, EPERM, ENOENT or ERR_ACCESS_DENIED when the folder cannot be written
 */
export function createSharedFile(byteLength: number): SharedFile {
  const named = handOver().way === 'name' || hasChangedUser()
  let file: SharedFile
  try {
    file = named ? openNamed() : openNameless()
  } catch (error) {
    throw unwritable(error)
  }
  try {
    writeZeros(file.fd, byteLength)
    return file
  } catch (error) {
    closeSharedFile(file, true)
    throw error
  }
}

/** After `setuid` the system lets nobody but root open what this process has open. */
function hasChangedUser(): boolean {
  return fs().statSync('/proc/self/fd').uid !== process.geteuid?.()
}

/** Opens a file that another thread or process has created. It stays open so that it can be passed on. */
export function openSharedFile(path: string, named: boolean): SharedFile {
  const { constants, openSync, statSync } = fs()
  // The number of a closed descriptor may now refer to another file, such as a pipe, which would block the open.
  if (!statSync(path).isFile()) throw new Error(`${path} is not a file`)
  const fd = openSync(path, constants.O_RDWR)
  return named ? { fd, path, named } : { fd, path: descriptorPath(fd), named }
}

/** @param owned - this thread created the file */
export function closeSharedFile({ fd, path, named }: SharedFile, owned: boolean): void {
  fs().closeSync(fd)
  if (named && owned) removeName(path)
}

function descriptorPath(fd: number): string {
  return `/proc/${process.pid}/fd/${fd}`
}

function openNameless(): SharedFile {
  const { closeSync, constants, openSync, unlinkSync } = fs()
  const folder = sharedFolder()
  let fd: number
  try {
    fd = openSync(folder, TMPFILE | constants.O_DIRECTORY | constants.O_RDWR, 0o600)
  } catch (error) {
    // Not every file system supports O_TMPFILE.
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EMFILE' || code === 'ENFILE' || code === 'ENOSPC') throw error
    const path = `${folder}/${NAME_PREFIX}${newSharedId()}`
    fd = openSync(path, 'wx+', 0o600)
    try {
      unlinkSync(path)
    } catch (cause) {
      closeSync(fd)
      throw cause
    }
  }
  return { fd, path: descriptorPath(fd), named: false }
}

/** A new name that contains this process as its creator. */
export function nameOfOurs(folder: string): string {
  return `${folder}/${NAME_PREFIX}${creatorMark()}-${newSharedId()}`
}

function openNamed(): SharedFile {
  const folder = sharedFolder()
  names(folder)
  const path = nameOfOurs(folder)
  const file = { fd: fs().openSync(path, 'wx+', 0o600), path, named: true }
  names(folder).add(path)
  return file
}

/**
 * The names that this thread has created, which are removed at its exit. The first call removes the names of dead
 * creators.
 */
function names(folder: string): Set<string> {
  return slot('core.sharedNames', () => {
    sweepDeadNames(folder)
    const made = new Set<string>()
    process.on('exit', () => made.forEach(removeName))
    return made
  })
}

function removeName(path: string): void {
  names(sharedFolder()).delete(path)
  fs().rmSync(path, { force: true })
}

function writeZeros(fd: number, byteLength: number): void {
  const { statfsSync, writeSync } = fs()
  if (byteLength > ZEROS_BYTES) {
    // Fail immediately, instead of filling up the remaining space first. A folder without a limit has 0 blocks.
    const { blocks, bavail, bsize } = statfsSync(sharedFolder(), { bigint: true })
    if (blocks > 0n && BigInt(byteLength) > bavail * bsize) throw noSpace(byteLength)
  }
  const zeros = Buffer.alloc(Math.min(byteLength, ZEROS_BYTES))
  try {
    for (let at = 0; at < byteLength;) at += writeSync(fd, zeros, 0, Math.min(zeros.length, byteLength - at), at)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw noSpace(byteLength, cause)
    throw cause
  }
}

/** Names the folder and the cure, if it is the folder that an error is about. */
function unwritable(cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException
  const folder = sharedFolder()
  switch (code) {
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT':
      return Object.assign(
        new Error(
          `memory across processes needs a folder that can be written, and ${folder} cannot be (${code}): ` +
            'make it writable, or set TMPDIR to a folder that is',
          { cause },
        ),
        { code },
      )
    case 'ERR_ACCESS_DENIED':
      return Object.assign(
        new Error(
          `memory across processes needs files in ${folder}: ` +
            `start Node with --allow-fs-read=${folder} --allow-fs-write=${folder}`,
          { cause },
        ),
        { code },
      )
    default:
      return cause
  }
}

function noSpace(byteLength: number, cause?: unknown): Error {
  const message =
    `${sharedFolder()} has no room for ${byteLength} bytes: remove what is not needed there, ` +
    'or make it larger (`mount -o remount,size=…`, `docker run --shm-size=…`)'
  return Object.assign(new Error(message, { cause }), { code: 'ENOSPC' })
}
