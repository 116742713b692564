import { replace } from '@manyhands/base'
import type { Region } from '@manyhands/core'
import lazy from '#lazy'
import { CONTROL_WORDS, IN_USE } from '../protocol/control-words.ts'

/**
 * The words that a process shares with us, from when it first needs them: loading what maps memory takes milliseconds,
 * on both sides.
 */
export class ControlWords {
  /** null: memory cannot be shared here. */
  #region: Region | null | undefined

  /** @returns what to send to the process, the first time; undefined when it has them already, or cannot have them */
  share(): object | undefined {
    if (this.#region !== undefined) return undefined
    let core: ReturnType<typeof lazy.core>
    try {
      core = lazy.core()
    } catch {
      return undefined // It is being imported at this moment, and cannot be required: the next batch will have it.
    }
    try {
      const region = core.Region.create(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT, { across: 'auto' })
      this.#region = region.across === 'processes' ? region : null
    } catch {
      // No memory or no descriptor is left: less is known when the process exits, as where memory cannot be shared.
      this.#region = null
    }
    return this.#region?.[replace]('processes')
  }

  /** The words, once the process has said that it uses them. */
  get inUse(): Int32Array | undefined {
    const region = this.#region
    if (region === undefined || region === null || region.closed) return undefined
    const words = new Int32Array(region.buffer)
    return Atomics.load(words, IN_USE) === 1 ? words : undefined
  }

  close(): void {
    this.#region?.close()
    this.#region = null
  }
}
