import type { Readable } from 'node:stream'
import { type ToMainMessage, PRINTED } from '../protocol/messages.ts'

type Source = (Readable & { readonly bytesRead?: number }) | null | undefined

/**
 * Keeps messages of a process back until what it had printed before is received: output and messages come by different
 * pipes.
 */
export class OutputGate {
  readonly #stdout: Source
  readonly #stderr: Source
  readonly #deliver: (message: ToMainMessage) => void
  readonly #held: ToMainMessage[] = []

  constructor(stdout: Source, stderr: Source, deliver: (message: ToMainMessage) => void) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.#deliver = deliver
    const look = (): void => {
      if (this.#held.length > 0) this.#release(false)
    }
    for (const source of [stdout, stderr]) source?.on('data', look).on('close', look)
  }

  receive(message: ToMainMessage): void {
    if (this.#held.length === 0 && message[0] !== PRINTED) return this.#deliver(message)
    this.#held.push(message)
    this.#release(false)
  }

  /** The process is gone: nothing more can be waited for. */
  open(): void {
    this.#release(true)
  }

  #release(always: boolean): void {
    for (let message; (message = this.#held[0]) !== undefined;) {
      if (message[0] !== PRINTED) this.#deliver(message)
      else if (!always && !(reached(this.#stdout, message[1]) && reached(this.#stderr, message[2]))) return
      this.#held.shift()
    }
  }
}

/** Also when there is nothing to be waited for. */
function reached(source: Source, bytes: unknown): boolean {
  return (
    source === null ||
    source === undefined ||
    source.closed ||
    source.readableEnded ||
    (source.bytesRead ?? Infinity) >= (bytes as number)
  )
}
