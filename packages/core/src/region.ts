import { newSharedId, rememberShared, reviveShared } from './shared-id.ts'
import { origin, replace, revive } from './travel.ts'
import type { Origin } from './travel.ts'

/** The form in which a region travels among threads. */
interface RegionHandle {
  readonly id: string
  readonly buffer: SharedArrayBuffer
}

/**
 * Bytes that several workers see. Among threads it is a SharedArrayBuffer, zeroed at first.
 *
 * It travels by handle: a worker that receives the same region twice has one object.
 */
export class Region {
  readonly id: string
  readonly buffer: SharedArrayBuffer

  private constructor(id: string, buffer: SharedArrayBuffer) {
    this.id = id
    this.buffer = buffer
  }

  /**
   * @param byteLength - bytes, an integer >= 0
   * @throws RangeError when `byteLength` is not such a number, or memory is exhausted
   */
  static create(byteLength: number): Region {
    if (!Number.isInteger(byteLength) || byteLength < 0) throw new RangeError(`byteLength must be an integer >= 0, got ${byteLength}`)
    const region = new Region(newSharedId(), new SharedArrayBuffer(byteLength))
    rememberShared(region.id, region)
    return region
  }

  get byteLength(): number {
    return this.buffer.byteLength
  }

  [replace](): RegionHandle {
    return { id: this.id, buffer: this.buffer }
  }

  static [revive](handle: RegionHandle): Region {
    return reviveShared(handle.id, () => new Region(handle.id, handle.buffer))
  }

  static get [origin](): Origin {
    return { tag: 'mh:region', module: import.meta.url, name: 'Region' }
  }
}
