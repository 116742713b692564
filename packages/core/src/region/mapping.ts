import type { Stats } from 'node:fs'
import { enter, gated, SerializationError } from '@manyhands/base'
import { type Held, holdFor, release, withRoom } from './held.ts'
import { memoryProvider } from './provider.ts'
import { closeSharedFile, createSharedFile, openSharedFile, type SharedFile } from './shared-file.ts'

/** The trailer begins at a multiple of this, so that its words share no cache line with the data. */
const ALIGNMENT = 64
export const TRAILER_BYTES = 64

/**
 * Words after the data, shared by all threads and processes that have the file open.
 *
 * | word | |
 * |---|---|
 * | 0 | total number of handles packed; see in-flight.ts |
 * | 1 | total number of handles that arrived |
 * | 2 | byte offset of the party table; 0: there is none |
 * | 4..15 | the id of the region, ASCII, padded with zeros: a descriptor's number alone may come to mean another file |
 */
export const PACKED = 0
export const ARRIVED = 1
export const PARTIES = 2
const ID_BYTES = 16

/** A file mapped in this thread. */
export interface Mapping {
  /** Exactly the requested bytes. */
  readonly buffer: ArrayBuffer
  readonly trailer: Int32Array<ArrayBuffer>
  readonly address: number
  readonly file: SharedFile
  readonly held: Held
}

/**
 * Creates a mapping of zeros.
 *
 * @throws ParallelError where there is no provider
 * @throws Error with code ENOSPC, EMFILE or ENOMEM when the system has no room
 */
export function createMapping(id: string, byteLength: number): Mapping {
  const mapping = withRoom(() => {
    memoryProvider() // throws before a file is created
    return map(createSharedFile(fileLength(byteLength)), byteLength, true)
  })
  writeId(mapping.trailer, id)
  return mapping
}

/**
 * @param check - throws when the file must not be used
 * @throws SerializationError when the memory is gone, or `path` now refers to another file
 * @throws Error with code EMFILE or ENOMEM when the system has no room
 */
export function openMapping(
  id: string,
  byteLength: number,
  from: Pick<SharedFile, 'path' | 'named'>,
  check?: (file: Stats) => void,
): Mapping {
  return withRoom(() => open(id, byteLength, from, check))
}

function open(
  id: string,
  byteLength: number,
  { path, named }: Pick<SharedFile, 'path' | 'named'>,
  check?: (file: Stats) => void,
): Mapping {
  memoryProvider()
  let file: SharedFile
  try {
    file = openSharedFile(path, named)
  } catch (cause) {
    throw gone(cause)
  }
  const stat = process.getBuiltinModule('node:fs').fstatSync(file.fd)
  try {
    check?.(stat)
    if (stat.size !== fileLength(byteLength)) throw gone()
  } catch (error) {
    closeSharedFile(file, false)
    throw error
  }
  const mapping = map(file, byteLength, false)
  if (readId(mapping.trailer) === id) return mapping
  closeMapping(mapping)
  throw gone()
}

/** Makes every view of the memory empty, then releases it. */
export function closeMapping({ buffer, trailer, held }: Mapping): void {
  // Moves the memory into unreferenced buffers, which leaves all views of the old buffers with a length of 0.
  buffer.transfer()
  trailer.buffer.transfer()
  release(held)
}

/**
 * Mapping and recording are one gated call, and so is releasing: a terminated thread leaves no mapping that is not in
 * its ledger.
 */
function map(file: SharedFile, byteLength: number, owned: boolean): Mapping {
  return gated(() => mapAndEnter(file, byteLength, owned))
}

function mapAndEnter(file: SharedFile, byteLength: number, owned: boolean): Mapping {
  const provider = memoryProvider()
  const length = fileLength(byteLength)
  let address: number
  try {
    address = provider.map(file.fd, length)
  } catch (error) {
    closeSharedFile(file, owned)
    throw error
  }
  const entry = enter(address, length)
  const buffer = provider.view(address, byteLength)
  const trailer = new Int32Array(provider.view(address + length - TRAILER_BYTES, TRAILER_BYTES))
  const held = { address, byteLength: length, file, owned, entry }
  holdFor(buffer, held)
  return { buffer, trailer, address, file, held }
}

function fileLength(byteLength: number): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT + TRAILER_BYTES
}

function writeId(trailer: Int32Array<ArrayBuffer>, id: string): void {
  Buffer.from(trailer.buffer, ID_BYTES).write(id, 'latin1')
}

function readId(trailer: Int32Array<ArrayBuffer>): string {
  return Buffer.from(trailer.buffer, ID_BYTES).toString('latin1').replace(/\0+$/, '')
}

function gone(cause?: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  if (code === 'EMFILE' || code === 'ENFILE') return cause
  if (code === 'EACCES') {
    return new SerializationError('shared memory in a message cannot be opened: its sender has changed its user', {
      hint: 'create it after `process.setuid`',
      cause,
    })
  }
  return new SerializationError('shared memory in a message is gone: its sender has closed it or has exited', {
    hint: 'keep the object until the other side has received it',
    ...(cause === undefined ? {} : { cause }),
  })
}
