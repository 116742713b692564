import { describeValue, slot } from '@manyhands/base'
import { creatorMark, creatorOf, isDead } from '../process-identity.ts'

/**
 * The address of a listener: the path of a unix socket, on Linux also an abstract socket (`'\0name'`), on Windows a
 * pipe (`'\\\\.\\pipe\\name'`), or a TCP port.
 */
export type Address = string | { readonly host?: string | undefined; readonly port: number }

const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')

const PRIVATE_PREFIX = 'manyhands-socket-'

/**
 * Converts an address to options of `node:net`.
 *
 * @throws TypeError, RangeError when `address` is not an address, or not supported on this system
 */
export function toNetOptions(
  address: unknown,
): { readonly path: string } | { readonly host: string; readonly port: number } {
  if (typeof address === 'string') {
    if (address === '') throw new RangeError('address must not be empty')
    const isPipe = /^\\\\[.?]\\pipe\\./.test(address)
    if (isPipe && process.platform !== 'win32') {
      throw new RangeError(
        `address ${JSON.stringify(address)} is a Windows pipe, which exists only on Windows: ` +
          'pass the path of a unix socket',
      )
    }
    if (!isPipe && process.platform === 'win32') {
      throw new RangeError(
        `address ${JSON.stringify(address)} is a unix socket, which is not supported on Windows: ` +
          "pass a pipe such as '\\\\\\\\.\\\\pipe\\\\name'",
      )
    }
    if (address.startsWith('\0') && process.platform !== 'linux') {
      throw new RangeError('abstract sockets, which begin with \\0, exist only on Linux')
    }
    return { path: address }
  }
  if (typeof address !== 'object' || address === null || !('port' in address)) {
    throw new TypeError(`address must be a path or { host, port }, got ${describeValue(address)}`)
  }
  const { host = 'localhost', port, ...rest } = address as { readonly host?: unknown; readonly port: unknown }
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw new TypeError(`address has no \`${unknown}\`: it is { host, port }`)
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`address.host must be a name, got ${describeValue(host)}`)
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`address.port must be an integer from 0 to 65535, got ${describeValue(port)}`)
  }
  return { host, port }
}

/** A new address that only this user can reach, and a function that removes it. */
export function privateAddress(): { readonly address: string; readonly remove: () => void } {
  const { randomUUID } = process.getBuiltinModule('node:crypto')
  if (process.platform === 'win32') return { address: `\\\\.\\pipe\\manyhands-${randomUUID()}`, remove: () => {} }
  const folder = process.getBuiltinModule('node:os').tmpdir()
  sweep(folder)
  // The folder is private from its creation; a socket alone would be open to others until its mode is set.
  const own = fs().mkdtempSync(`${folder}/${PRIVATE_PREFIX}${creatorMark()}-`)
  const folders = privateFolders()
  folders.add(own)
  return {
    address: `${own}/listener`,
    remove: () => {
      folders.delete(own)
      fs().rmSync(own, { recursive: true, force: true })
    },
  }
}

/** Private folders of this thread; they are removed at its exit. */
function privateFolders(): Set<string> {
  return slot('core.privateFolders', () => {
    const folders = new Set<string>()
    process.on('exit', () => {
      for (const folder of folders) fs().rmSync(folder, { recursive: true, force: true })
    })
    return folders
  })
}

/** Removes folders left behind by killed processes. Runs once per thread. */
function sweep(folder: string): void {
  slot('core.socketsSwept', () => {
    for (const name of fs().readdirSync(folder)) {
      const creator = creatorOf(name, PRIVATE_PREFIX)
      if (creator === undefined || !isDead(creator)) continue
      try {
        fs().rmSync(`${folder}/${name}`, { recursive: true, force: true })
      } catch {
        // The folder belongs to another user.
      }
    }
    return true
  })
}
