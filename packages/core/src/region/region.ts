import {
  type Across,
  checkOptionNames,
  coreOrigin,
  describeValue,
  forgetShared,
  InternalError,
  InvalidStateError,
  newSharedId,
  noteSharedBuffer,
  origin,
  type Origin,
  refuseNew,
  rememberShared,
  replace,
  revive,
  reviveShared,
  SerializationError,
  reclaim,
  type MappedMemory,
} from '@manyhands/base'
import { reclaimMappings } from '../party/reclaim.ts'
import { holdInFlight, noteArrival, stopHolding } from './in-flight.ts'
import { closeMapping, createMapping, type Mapping, openMapping, PARTIES } from './mapping.ts'
import { canShareMemory } from './provider.ts'
import { assertOwnFile, lookUp, publish, unpublish } from './published.ts'

export interface RegionOptions {
  /**
   * Which workers can share the region. `'auto'`: processes where this machine supports it, else threads; that it has
   * no file or memory left at this moment is an error there too.
   * @default 'threads'
   */
  readonly across?: Across | 'auto' | undefined
}

/** The handle that travels in place of a region. */
type RegionHandle = ThreadHandle | MappedHandle

interface ThreadHandle {
  readonly id: string
  readonly buffer: SharedArrayBuffer
}

interface MappedHandle {
  readonly id: string
  readonly byteLength: number
  readonly path: string
  readonly named: boolean
}

let mappingOf: (region: Region) => Mapping | undefined

/** Keeps a mapping alive as long as a handle of it is referenced, for example by a packed function. */
const behindHandles = new WeakMap<MappedHandle, Mapping>()

/**
 * A block of bytes that several workers share, initially zero.
 *
 * Between threads it is a SharedArrayBuffer. Across processes it is shared memory of the operating system, a plain
 * ArrayBuffer on which `Atomics` work; threads can share it too. `Atomics.wait` and `notify` do not work on such a
 * buffer: use the primitives.
 *
 * A region travels by handle: a worker that receives the same region twice gets the same object. The memory is freed
 * when, in every process, all views are collected or `close` is called; a killed process leaves nothing behind.
 */
export class Region implements Disposable {
  readonly id: string
  /** Which workers can share the region. */
  readonly across: Across
  #buffer: ArrayBufferLike
  #mapping: Mapping | undefined
  #closed = false

  private constructor(id: string, memory: SharedArrayBuffer | Mapping) {
    if (memory === undefined) refuseNew('Region', 'Region.create(byteLength)')
    this.id = id
    if (memory instanceof SharedArrayBuffer) {
      this.across = 'threads'
      this.#buffer = memory
    } else {
      this.across = 'processes'
      this.#buffer = memory.buffer
      this.#mapping = memory
      noteSharedBuffer(memory.buffer, this)
    }
  }

  /**
   * @param byteLength - bytes, an integer >= 0
   * @throws TypeError for an unknown option
   * @throws RangeError when `byteLength` is not an integer >= 0, `across` is unknown, or memory is exhausted
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) for `'processes'` where this machine cannot share memory;
   * the error names what to install or allow
   * @throws Error with `code` ENOSPC when shared memory is full, EROFS, EACCES or ENOENT when its folder cannot be
   * written, EMFILE when there are too many open files: each region across processes keeps one open. Dropped regions
   * are collected before that
   */
  static create(byteLength: number, options: RegionOptions = {}): Region {
    if (!Number.isInteger(byteLength) || byteLength < 0) {
      throw new RangeError(`byteLength must be an integer >= 0, got ${describeValue(byteLength)}`)
    }
    checkOptionNames('Region.create', options, ['across'])
    const { across = 'threads' } = options
    if (across !== 'threads' && across !== 'processes' && across !== 'auto') {
      throw new RangeError(`across must be 'threads', 'processes' or 'auto', got ${describeValue(across)}`)
    }
    const mapped = across === 'processes' || (across === 'auto' && canShareMemory())
    const id = newSharedId()
    const region = new Region(id, mapped ? createMapping(id, byteLength) : new SharedArrayBuffer(byteLength))
    rememberShared(region.id, region)
    return region
  }

  /**
   * The bytes. Do not transfer a buffer that is shared across processes (`transfer()`, a transfer list): its memory is
   * released when this object is collected.
   */
  get buffer(): ArrayBufferLike {
    return this.#buffer
  }

  get byteLength(): number {
    return this.#buffer.byteLength
  }

  /** True once `close` was called here. */
  get closed(): boolean {
    return this.#closed
  }

  /**
   * Releases the memory in this thread now; other workers keep it. Calling it again does nothing.
   *
   * Across processes all views of the buffer become empty: their length is 0, and reads return undefined. Between
   * threads only the garbage collector frees memory: existing views keep it.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    forgetShared(this.id, this)
    const mapping = this.#mapping
    this.#mapping = undefined
    if (mapping === undefined) {
      this.#buffer = new SharedArrayBuffer(0)
      return
    }
    stopHolding(mapping)
    closeMapping(mapping)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Publishes the memory under a name, for every process of this user, until `Region.unpublish` removes the name or
   * this thread ends. Only for regions across processes.
   *
   * @param kind - the kind of data; `open` must be called with the same kind
   * @throws TypeError, RangeError for an invalid name; valid are 1 to 200 letters, digits, `_`, `-` and `.`
   * @throws Error with `code` EEXIST when the name is taken
   * @throws InvalidStateError for memory that only threads share, or a closed region
   */
  publish(name: string, kind = 'region'): void {
    if (this.#mapping === undefined) {
      throw new InvalidStateError(
        this.#closed ? 'the region was closed' : "only a region made with { across: 'processes' } can be published",
      )
    }
    publish(name, { id: this.id, byteLength: this.byteLength, kind }, this.#mapping.file)
  }

  /**
   * Opens the region that was published as `name`.
   *
   * @throws TypeError, RangeError for an invalid name, or the name of another kind of memory
   * @throws Error with `code` ENOENT when the name does not exist, EACCES when it or its file belongs to another user
   * or container, or others may write to the file
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where this machine cannot share memory
   */
  static open(name: string, kind = 'region'): Region {
    const found = lookUp(name)
    if (found.kind !== kind) throw new TypeError(`${JSON.stringify(name)} names a ${found.kind}, not a ${kind}`)
    // A separate mapping: closing it does not close other objects on the same memory, and vice versa.
    const mapping = openMapping(found.id, found.byteLength, found, file => assertOwnFile(name, file))
    return new Region(found.id, mapping)
  }

  /**
   * Removes a name; workers that have opened the memory keep it.
   * @returns false when the name did not exist
   * @throws TypeError, RangeError for an invalid name
   */
  static unpublish(name: string): boolean {
    return unpublish(name)
  }

  [replace](across: Across = 'threads'): RegionHandle {
    if (this.#closed) throw new SerializationError('it is a closed region')
    const mapping = this.#mapping
    reviveShared(this.id, () => this) // a region opened by its name is registered here, unless another one is
    if (mapping === undefined) {
      if (across === 'processes') {
        throw new SerializationError('it is memory that only threads share', {
          hint: "create it with { across: 'processes' }, run the task on threads, or send a copy",
        })
      }
      return { id: this.id, buffer: this.#buffer as SharedArrayBuffer }
    }
    const { path, named } = mapping.file
    const handle: MappedHandle = { id: this.id, byteLength: this.byteLength, path, named }
    behindHandles.set(handle, mapping)
    holdInFlight(mapping)
    return handle
  }

  static [revive](handle: RegionHandle): Region {
    if ('buffer' in handle) return reviveShared(handle.id, () => new Region(handle.id, handle.buffer))
    const { id, byteLength, path, named } = handle
    const region = reviveShared(id, () => new Region(id, openMapping(id, byteLength, { path, named })))
    if (region.#mapping !== undefined) noteArrival(region.#mapping)
    return region
  }

  static [reclaim](threadId: number, mapped: Iterable<MappedMemory>): void {
    reclaimMappings(threadId, mapped)
  }

  static get [origin](): Origin {
    return coreOrigin('Region')
  }

  static {
    mappingOf = region => region.#mapping
  }
}

/** The address of a mapped region in this process. */
export function addressOf(region: Region): number {
  const mapping = mappingOf(region)
  if (mapping === undefined) throw new InternalError('a region that only threads share has no address')
  return mapping.address
}

/** Records in the region that it has a party table at byte `offset`; see party/reclaim.ts. */
export function notePartyTable(region: Region, offset: number): void {
  const mapping = mappingOf(region)
  if (mapping !== undefined) Atomics.store(mapping.trailer, PARTIES, offset)
}
