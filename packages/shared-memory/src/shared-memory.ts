import {
  checkInteger,
  checkOptionNames,
  InvalidStateError,
  newSharedId,
  origin,
  type Origin,
  refuseNew,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import { Region } from '@manyhands/core'
import { memoryOrigin } from './memory-origin.ts'

export interface SharedMemoryOptions {
  /**
   * By which others find it: 1 to 200 letters, digits, `_`, `-` and `.`.
   * @default a new one, made when `name` is first read
   */
  readonly name?: string | undefined
}

interface MemoryHandle {
  readonly region: Region
  readonly name: string | undefined
}

/**
 * A block of bytes that processes share, found by its name or sent to a worker by handle.
 *
 * ```ts
 * const memory = SharedMemory.create(1024, { name: 'frames' })
 * memory.bytes[0] = 7
 * SharedMemory.attach('frames').bytes[0] // 7, in any process of this user
 * memory.unlink()
 * ```
 *
 * `close()` releases it here, `unlink()` removes the name: workers that have the memory keep it, and the last one to go
 * frees it. The name also goes with the thread that made it; nothing outlives the processes that use it, however they
 * end. Elements start as zero and nothing is locked.
 *
 * Source of the semantics: Python, `multiprocessing.shared_memory.SharedMemory`. Other than there a block can still be
 * sent when its name was taken back, and its size is exactly what was asked for.
 */
export class SharedMemory implements Disposable {
  /** All of it; empty once it was closed. */
  readonly bytes: Uint8Array
  readonly #region: Region
  #name: string | undefined

  private constructor(handle: MemoryHandle) {
    if ((handle as Partial<MemoryHandle> | undefined)?.region === undefined) {
      refuseNew('SharedMemory', 'SharedMemory.create(byteLength), or SharedMemory.attach(name)')
    }
    this.#region = handle.region
    this.#name = handle.name
    this.bytes = new Uint8Array(handle.region.buffer)
  }

  /**
   * A new block of zeros.
   *
   * @param byteLength - an integer >= 1
   * @throws TypeError, RangeError for a bad size, option or name
   * @throws Error with `code` EEXIST when the name is taken, ENOSPC when shared memory is full
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where this machine cannot share memory; the error names
   * what to install
   */
  static create(byteLength: number, options: SharedMemoryOptions = {}): SharedMemory {
    if (byteLength === undefined) throw new TypeError('byteLength must be an integer >= 1, got undefined')
    checkInteger('byteLength', byteLength, 1)
    checkOptionNames('SharedMemory.create', options, ['name'], { size: 'byteLength, the first argument' })
    const region = Region.create(byteLength, { across: 'processes' })
    const { name } = options
    try {
      if (name !== undefined) region.publish(name)
    } catch (error) {
      region.close()
      throw error
    }
    return new SharedMemory({ region, name })
  }

  /**
   * The block with that name. Attached twice in a thread it is two objects on the same memory.
   *
   * @throws TypeError, RangeError for what is not a name
   * @throws Error with `code` ENOENT when nothing has that name
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) where this machine cannot share memory
   */
  static attach(name: string): SharedMemory {
    return new SharedMemory({ region: Region.open(name), name })
  }

  /** The same for all objects on this memory, in every thread and process. */
  get id(): string {
    return this.#region.id
  }

  /** By which `attach` finds it. @throws as {@link SharedMemory.create}, when it has none yet */
  get name(): string {
    if (this.#name === undefined) {
      const name = `memory-${newSharedId()}`
      this.#region.publish(name)
      this.#name = name
    }
    return this.#name
  }

  /** The memory; empty once it was closed. Make views of it with any typed array. */
  get buffer(): ArrayBufferLike {
    return this.#region.buffer
  }

  get byteLength(): number {
    return this.#region.byteLength
  }

  get closed(): boolean {
    return this.#region.closed
  }

  /**
   * Lets go of the memory in this thread: every view of it is empty from then on. The name stays, others keep what they
   * have. Calling it again does nothing.
   */
  close(): void {
    this.#region.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Takes the name back: nobody can attach any more.
   *
   * @throws Error with `code` ENOENT when nothing has that name
   */
  unlink(): void {
    if (this.#name !== undefined && Region.unpublish(this.#name)) return
    throw Object.assign(new Error(`there is no shared memory named ${JSON.stringify(this.#name)} to unlink`), {
      code: 'ENOENT',
    })
  }

  [replace](): MemoryHandle {
    if (this.closed) throw new InvalidStateError('the shared memory was closed')
    const handle = { region: this.#region, name: this.#name }
    rememberShared(idOf(handle), this)
    return handle
  }

  static [revive](handle: MemoryHandle): SharedMemory {
    return reviveShared(
      idOf(handle),
      () => new SharedMemory(handle),
      live => !live.closed,
    )
  }

  static get [origin](): Origin {
    return memoryOrigin('mh:memory', 'SharedMemory')
  }
}

function idOf({ region }: MemoryHandle): string {
  return `${region.id}/memory`
}
