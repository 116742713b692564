import type { Readable } from 'node:stream'

const LINES = 20
const LENGTH = 8192

/** Remembers the end of what a worker prints, for the error that says that it is gone. */
export class OutputTail {
  #text = ''

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => this.add(chunk.toString('utf8')))
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-LENGTH)
  }

  /** The last lines, at most 20. */
  get text(): string {
    return this.#text.trimEnd().split('\n').slice(-LINES).join('\n')
  }
}
