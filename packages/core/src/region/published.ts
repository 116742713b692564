import { newSharedId, slot } from '@manyhands/base'
import { isProcessAlive, ownStartTime } from '../process-identity.ts'
import { handOver, nameOfOurs, openSharedFile, type SharedFile, sharedFolder } from './shared-file.ts'

const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')

/** Prefix of the names of published regions, in full `manyhands@<name>`. */
const PREFIX = 'manyhands@'
/**
 * Milliseconds between two checks for names that another process has removed. Shorter: memory is freed earlier; longer:
 * less work.
 */
const CHECK_MS = 1000
const MAX_NAME_LENGTH = 200

/** The record that a name refers to. */
export interface PublishedRegion {
  readonly id: string
  readonly byteLength: number
  /** Data beside the bytes, defined by the publisher. */
  readonly kind: string
  readonly path: string
  readonly named: boolean
  readonly pid: number
  readonly startTime: number
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
export function publish(name: string, region: Pick<PublishedRegion, 'id' | 'byteLength' | 'kind'>, path: string): void {
  const link = linkOf(name)
  sweep()
  const file = keepOpen(path)
  const record: PublishedRegion = {
    ...region,
    path: file.path,
    named: file.named,
    pid: process.pid,
    startTime: ownStartTime(),
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
  const record = read(linkOf(name))
  if (record !== undefined && isProcessAlive(record.pid, record.startTime)) return record
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
function keepOpen(path: string): SharedFile {
  if (handOver().way === 'descriptor') return openSharedFile(path, false)
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
  const isDead = (record: PublishedRegion | undefined): boolean =>
    record !== undefined && !isProcessAlive(record.pid, record.startTime)
  if (!isDead(read(link))) return false
  // Rename it first: another process may have taken the name since it was read.
  const aside = `${link}.${newSharedId()}`
  try {
    fs().renameSync(link, aside)
  } catch {
    return true // another process has removed it
  }
  if (isDead(read(aside))) {
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
