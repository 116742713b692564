import type { Readable } from 'node:stream'

const TAIL_LINES = 20
const TAIL_LENGTH = 8192

/** Passes on what a worker prints and remembers the end of it. It goes through `write`, so that a progress bar can keep it above itself. */
export class ForwardedOutput {
  #tail = ''

  constructor(from: Readable, to: NodeJS.WriteStream) {
    from.on('data', (chunk: Buffer) => {
      to.write(chunk)
      this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_LENGTH)
    })
  }

  /** The last lines, at most 20. */
  get tail(): string {
    return this.#tail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n')
  }
}
