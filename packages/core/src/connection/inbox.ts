import type { Frame } from './frames.ts'
import type { Transport } from './transport.ts'

/** What a message takes in memory beside its body, about: empty ones fill up the inbox too. */
const FRAME_BYTES = 128
/**
 * Bytes that were received and not taken, from which on nothing more is read. More: a sender is slowed down later;
 * less: more stops and starts.
 */
const HIGH_WATER_BYTES = 1 << 20

/** Messages that have arrived and were not taken. */
export class Inbox {
  readonly #source: Pick<Transport, 'pause' | 'resume'>
  readonly #frames: Frame[] = []
  #bytes = 0
  #paused = false

  constructor(source: Pick<Transport, 'pause' | 'resume'>) {
    this.#source = source
  }

  get first(): Frame | undefined {
    return this.#frames[0]
  }

  push(frame: Frame): void {
    this.#frames.push(frame)
    this.#bytes += frame.body.length + FRAME_BYTES
  }

  /** Removes the first. */
  take(): void {
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#bytes -= frame.body.length + FRAME_BYTES
  }

  /** Removes all, and is used no more. */
  empty(): Frame[] {
    return this.#frames.splice(0)
  }

  /** Lets the source stop while too much is here. Called when those that wait have taken theirs. */
  adjustFlow(): void {
    const pause = this.#bytes > HIGH_WATER_BYTES
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#source.pause()
    else this.#source.resume()
  }
}
