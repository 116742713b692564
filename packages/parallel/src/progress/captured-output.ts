import { StringDecoder } from 'node:string_decoder'

type Callback = (error?: Error | null) => void
type Write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback) => boolean

/** A stream whose output can be captured, such as process.stdout. */
export interface CapturableStream {
  write: Write
}

/**
 * Captures what is written to a stream, by whole lines, until `close`. An unfinished line waits for its end.
 *
 * After `close` the stream's `write` is its own again, unless other code has replaced it meanwhile: then ours stays
 * below theirs and passes everything on.
 */
export class CapturedOutput {
  readonly #stream: CapturableStream
  readonly #original: Write
  readonly #replacement: Write
  readonly #wasOwn: boolean
  readonly #decoder = new StringDecoder('utf8')
  #begun = ''
  #open = true

  /** @param onLines - gets a function that writes the finished lines to the stream, and must call it */
  constructor(stream: CapturableStream, onLines: (write: () => void) => void) {
    this.#stream = stream
    this.#original = stream.write
    this.#wasOwn = Object.hasOwn(stream, 'write')
    this.#replacement = (chunk, encoding, callback) => {
      if (!this.#open) return this.#original.call(stream, chunk, encoding, callback)
      const done = typeof encoding === 'function' ? encoding : callback
      const text = this.#begun + this.#decode(chunk, typeof encoding === 'string' ? encoding : 'utf8')
      const end = text.lastIndexOf('\n') + 1
      this.#begun = text.slice(end)
      if (end === 0) {
        if (done !== undefined) process.nextTick(done)
        return true
      }
      let ready = true
      onLines(() => {
        ready = this.#original.call(stream, text.slice(0, end), done)
      })
      return ready
    }
    stream.write = this.#replacement
  }

  /** Writes past the catch. */
  readonly write = (text: string): void => {
    this.#original.call(this.#stream, text)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#stream.write === this.#replacement) {
      if (this.#wasOwn) this.#stream.write = this.#original
      else delete (this.#stream as Partial<CapturableStream>).write
    }
    if (this.#begun !== '') this.write(this.#begun)
    this.#begun = ''
  }

  #decode(chunk: string | Uint8Array, encoding: BufferEncoding): string {
    if (typeof chunk !== 'string') {
      return this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    }
    return encoding === 'utf8' || encoding === 'utf-8' ? chunk : this.#decoder.write(Buffer.from(chunk, encoding))
  }
}
