import type { Frame } from './frames.ts'
import type { Transport } from './transport.ts'

/** About how much memory a message takes besides its body: empty messages fill up the inbox too. */
const FRAME_BYTES = 128
/**
 * Bytes received but not taken, above which the transport is paused. Larger: a sender is slowed down later; smaller:
 * more pauses and resumes.
 */
const HIGH_WATER_BYTES = 1 << 20

/** Messages that have arrived but were not taken. */
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

  /** Removes the first message. */
  take(): void {
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#bytes -= frame.body.length + FRAME_BYTES
  }

  /** Removes all messages. The inbox must not be used after that. */
  empty(): Frame[] {
    return this.#frames.splice(0)
  }

  /** Pauses the source while the inbox is too full. Called after the waiters have taken their messages. */
  adjustFlow(): void {
    const pause = this.#bytes > HIGH_WATER_BYTES
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#source.pause()
    else this.#source.resume()
  }
}
