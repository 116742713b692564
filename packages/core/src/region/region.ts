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
import { findMemoryProvider } from './provider.ts'
import { lookUp, publish, unpublish } from './published.ts'

export interface RegionOptions {
  /**
   * Which workers can share it. `'auto'`: processes where that is possible on this machine, else threads. @default
   * 'threads'
   */
  readonly across?: Across | 'auto' | undefined
}

/** The form in which a region travels. */
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

/** As long as a handle is there, in a packed function say, what it stands for is held. */
const behindHandles = new WeakMap<MappedHandle, Mapping>()

/**
 * Bytes that several workers see, zeroed at first.
 *
 * Among threads it is a SharedArrayBuffer. Across processes it is shared memory of the system, a plain ArrayBuffer on
 * which `Atomics` work; threads can have it as well. `Atomics.wait` and `notify` do not work on that: use the
 * primitives.
 *
 * It travels by handle: a worker that receives the same region twice has one object. The memory is given back when no
 * one has a view of it any more, or `close` is called, in every process; a process that is killed leaves nothing
 * behind.
 */
export class Region implements Disposable {
  readonly id: string
  /** Which workers can share it. */
  readonly across: Across
  /** Made here, and not received. */
  readonly #owned: boolean
  #buffer: ArrayBufferLike
  #mapping: Mapping | undefined
  #closed = false

  private constructor(id: string, memory: SharedArrayBuffer | Mapping, owned: boolean) {
    this.id = id
    this.#owned = owned
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
   * @throws RangeError when `byteLength` is not such a number, `across` is unknown, or memory is exhausted
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) for `'processes'` where this machine cannot share memory;
   * the error names what to install
   * @throws Error with `code` ENOSPC when shared memory is full, EMFILE when there are too many open files: each such
   * region keeps one open
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
    const mapped = across === 'processes' || (across === 'auto' && findMemoryProvider() !== undefined)
    const id = newSharedId()
    const region = new Region(id, mapped ? createMapping(id, byteLength) : new SharedArrayBuffer(byteLength), true)
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
   * Gives the memory back now, as far as this thread is concerned; others keep theirs. Calling it again does nothing.
   *
   * Across processes all views of the buffer become empty: their length is 0, reads give undefined. Among threads only
   * the collector frees memory: views that were handed out keep it.
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
    closeMapping(mapping, this.#owned)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Gives the memory a name by which every process of this user finds it, until `Region.unpublish` takes it back or
   * this thread ends. Across processes only.
   *
   * @param kind - what the bytes are: `open` wants the same
   * @throws TypeError, RangeError for what is not a name: 1 to 200 letters, digits, `_`, `-` and `.`
   * @throws Error with `code` EEXIST when the name is taken
   * @throws InvalidStateError for memory that only threads share, or that was closed
   */
  publish(name: string, kind = 'region'): void {
    if (this.#mapping === undefined) {
      throw new InvalidStateError(
        this.#closed ? 'the region was closed' : "only a region made with { across: 'processes' } can be published",
      )
    }
    publish(name, { id: this.id, byteLength: this.byteLength, kind }, this.#mapping.file.path)
  }

  /**
   * The region that has been published as `name`.
   *
   * @throws TypeError, RangeError for what is not a name, or names memory of another kind
   * @throws Error with `code` ENOENT when nothing has that name
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where this machine cannot share memory
   */
  static open(name: string, kind = 'region'): Region {
    const found = lookUp(name)
    if (found.kind !== kind) throw new TypeError(`${JSON.stringify(name)} names a ${found.kind}, not a ${kind}`)
    // A mapping of its own: closing it closes no other object on the same memory, and the other way round.
    return new Region(found.id, openMapping(found.id, found.byteLength, found.path, found.named), false)
  }

  /**
   * Takes a name back; workers that have the memory keep it.
   * @returns false when nothing had that name
   * @throws TypeError, RangeError for what is not a name
   */
  static unpublish(name: string): boolean {
    return unpublish(name)
  }

  [replace](across: Across = 'threads'): RegionHandle {
    if (this.#closed) throw new SerializationError('it is a region that was closed')
    const mapping = this.#mapping
    reviveShared(this.id, () => this) // one that was opened by its name is known from here on, unless another is
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
    if ('buffer' in handle) return reviveShared(handle.id, () => new Region(handle.id, handle.buffer, false))
    const { id, byteLength, path, named } = handle
    const region = reviveShared(id, () => new Region(id, openMapping(id, byteLength, path, named), false))
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

/** Where the bytes of a mapped region are in this process. */
export function addressOf(region: Region): number {
  const mapping = mappingOf(region)
  if (mapping === undefined) throw new InternalError('a region of threads has no address')
  return mapping.address
}

/** Notes in the region that it has a party table, at byte `offset`; see party/thread-share.ts. */
export function notePartyTable(region: Region, offset: number): void {
  const mapping = mappingOf(region)
  if (mapping !== undefined) Atomics.store(mapping.trailer, PARTIES, offset)
}
