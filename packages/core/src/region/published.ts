import type { Stats } from 'node:fs'
import { newSharedId, slot, clearInterval, setInterval } from '@manyhands/base'
import { type Creator, isDead, ownCreator } from '../process-identity.ts'
import { withRoom } from './held.ts'
import { nameOfOurs, openSharedFile, type SharedFile, sharedFolder } from './shared-file.ts'

const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')

/** Prefix of the names of published regions, in full `manyhands@<name>`. */
const PREFIX = 'manyhands@'
/**
 * Milliseconds between two checks for names that another process has removed. Shorter: memory is freed earlier; longer:
 * less work.
 */
const CHECK_MS = 1000
const MAX_NAME_LENGTH = 200
/** Mode bits: the group or anybody may write. */
const OTHERS_WRITE = 0o022

/** The record that a name refers to. */
export interface PublishedRegion extends Creator {
  readonly id: string
  readonly byteLength: number
  /** Data beside the bytes, defined by the publisher. */
  readonly kind: string
  readonly path: string
  readonly named: boolean
}

/** The regions that this thread has published. They hold the memory, so that the name outlives the object. */
const published = (): Map<string, { readonly file: SharedFile; readonly target: string }> =>
  slot('core.published', () => new Map())
let timer: NodeJS.Timeout | undefined

/**
 * Publishes the memory of a region under a name, for any process of this user, until the name is unpublished or this
 * thread ends.
 *
 * The name is a symbolic link whose target is the record itself: it is created atomically and exclusively, and holds no
 * memory. So the death of its creator leaves a dangling name, which the next lookup removes.
 *
 * @throws TypeError, RangeError for an invalid name
 * @throws Error with `code` EEXIST when the name is taken
 */
export function publish(
  name: string,
  region: Pick<PublishedRegion, 'id' | 'byteLength' | 'kind'>,
  { path, named }: SharedFile,
): void {
  const link = linkOf(name)
  sweep()
  const file = withRoom(() => keepOpen(path, named))
  const record: PublishedRegion = {
    ...region,
    path: file.path,
    named: file.named,
    ...ownCreator(),
  }
  const target = JSON.stringify(record)
  try {
    makeLink(target, link)
  } catch (cause) {
    release(file)
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw Object.assign(
      new Error(`shared memory named ${JSON.stringify(name)} already exists: choose another name, or open it`, {
        cause,
      }),
      { code: 'EEXIST' },
    )
  }
  if (published().size === 0) {
    slot('core.unpublishAtExit', () => process.on('exit', () => [...published().keys()].forEach(unpublish)))
  }
  published().set(name, { file, target })
  timer ??= setInterval(forgetTaken, CHECK_MS).unref()
}

/**
 * Returns the record of `name`.
 *
 * @throws TypeError, RangeError for an invalid name
 * @throws Error with `code` ENOENT when the name does not exist
 */
export function lookUp(name: string): PublishedRegion {
  const link = linkOf(name)
  const record = read(link)
  if (record !== undefined && !isDead(record)) {
    assertOwnLink(name, link)
    if (record.namespace === ownCreator().namespace) return record
    throw unreachable(name, 'it belongs to another container, whose processes cannot be reached from here')
  }
  throw Object.assign(
    new Error(
      `there is no shared memory named ${JSON.stringify(name)}: ` +
        'it was not created yet, was unlinked, or its creator has exited',
    ),
    { code: 'ENOENT' },
  )
}

/**
 * Removes a name. Workers that have opened the memory keep it.
 *
 * @returns false when the name did not exist
 */
export function unpublish(name: string): boolean {
  const link = linkOf(name)
  const own = published().get(name)
  if (own !== undefined) {
    published().delete(name)
    release(own.file)
    if (published().size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
  try {
    fs().unlinkSync(link)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function linkOf(name: string): string {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${typeof name}`)
  if (!/^[\w.-]+$/.test(name) || name.length > MAX_NAME_LENGTH) {
    throw new RangeError(
      `name must consist of 1 to ${MAX_NAME_LENGTH} letters, digits, '_', '-' and '.', ` +
        `got ${JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name)}`,
    )
  }
  return `${sharedFolder()}/${PREFIX}${name}`
}

/** Opens a separate file for the same memory: the region may be closed before its name is removed. */
function keepOpen(path: string, named: boolean): SharedFile {
  if (!named) return openSharedFile(path, false)
  const second = nameOfOurs(sharedFolder())
  fs().linkSync(path, second)
  return openSharedFile(second, true)
}

function release({ fd, path, named }: SharedFile): void {
  fs().closeSync(fd)
  if (named) fs().rmSync(path, { force: true })
}

function makeLink(target: string, link: string): void {
  try {
    fs().symlinkSync(target, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !removeIfDead(link)) throw error
    fs().symlinkSync(target, link)
  }
}

function read(link: string): PublishedRegion | undefined {
  try {
    return JSON.parse(fs().readlinkSync(link)) as PublishedRegion
  } catch {
    return undefined // there is no such link, or it is not ours
  }
}

/** Another user can make a link with any name in a folder that all share: it would be read, and write to, theirs. */
function assertOwnLink(name: string, link: string): void {
  const owner = fs().lstatSync(link).uid
  const user = process.geteuid?.()
  if (user !== undefined && owner !== user) throw unreachable(name, `it belongs to another user (uid ${owner})`)
}

/**
 * @param file - what the record of `name` refers to, opened
 * @throws Error with `code` EACCES for a file that others could write to or truncate, which would end this process
 */
export function assertOwnFile(name: string, { uid, mode }: Stats): void {
  if (uid !== process.geteuid?.()) throw unreachable(name, `its file belongs to another user (uid ${uid})`)
  if ((mode & OTHERS_WRITE) !== 0) throw unreachable(name, 'other users can write to its file')
}

function unreachable(name: string, why: string): Error {
  const message = `shared memory named ${JSON.stringify(name)} cannot be opened: ${why}`
  return Object.assign(new Error(message), { code: 'EACCES' })
}

/** Removes the names of dead creators, once per thread. */
function sweep(): void {
  slot('core.publishedSwept', () => {
    const folder = sharedFolder()
    for (const name of fs().readdirSync(folder)) if (name.startsWith(PREFIX)) removeIfDead(`${folder}/${name}`)
    return true
  })
}

/** @returns true when the name is now free */
function removeIfDead(link: string): boolean {
  const isOfDead = (record: PublishedRegion | undefined): boolean => record !== undefined && isDead(record)
  if (!isOfDead(read(link))) return false
  // Rename it first: another process may have taken the name since it was read.
  const aside = `${link}.${newSharedId()}`
  try {
    fs().renameSync(link, aside)
  } catch {
    return true // another process has removed it
  }
  if (isOfDead(read(aside))) {
    fs().unlinkSync(aside)
    return true
  }
  fs().renameSync(aside, link)
  return false
}

/** Releases the memory of names that other processes have removed. */
function forgetTaken(): void {
  for (const [name, { target }] of published()) {
    let now: string | undefined
    try {
      now = fs().readlinkSync(linkOf(name))
    } catch {
      now = undefined
    }
    if (now === target) continue
    const own = published().get(name)
    published().delete(name)
    if (own !== undefined) release(own.file)
  }
  if (published().size > 0) return
  clearInterval(timer)
  timer = undefined
}
