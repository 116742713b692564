import type { Writable } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'
import { setTimeout } from '@manyhands/base'
import { PASSED_ON } from '../../protocol/control-words.ts'
import { OUTPUT } from '../../protocol/messages.ts'
import { onFirstUse } from './on-first-use.ts'

/**
 * How much output may be on its way to main before `write` returns false. Larger: more memory is held; smaller: a
 * writer that waits for `drain` waits more often.
 */
const HIGH_WATER = 1 << 20
/** How often a thread then looks whether main has passed that on. */
const LOOK_MS = 2

interface Piece {
  readonly chunk: string | Uint8Array
  readonly encoding: BufferEncoding
}

/**
 * Sends what this thread prints by its own port, at once, ahead of the result of the task that prints it.
 *
 * Node sends it by another port: that is not in order with results, and what is on it is lost when the program or the
 * thread ends first.
 */
export function sendOutput(port: MessagePort, control: Int32Array): void {
  let posted = 0
  const isFull = (): boolean => ((posted - Atomics.load(control, PASSED_ON)) | 0) > HIGH_WATER
  const post = (fd: number, { chunk, encoding }: Piece): void => {
    // As it is a string is cheaper. A Buffer may be part of a larger one, which would be cloned as a whole.
    const isText = typeof chunk === 'string' && /^utf-?8$/i.test(encoding)
    const sent = isText ? chunk : new Uint8Array(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
    posted = (posted + sent.length) | 0
    port.postMessage([OUTPUT, fd, sent])
  }
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    onFirstUse(name, stream => {
      stream._writev = (pieces, done) => {
        for (const piece of pieces as readonly Piece[]) post(fd, piece)
        done()
      }
      sayWhenFull(stream, isFull)
    })
  }
}

/** Nothing waits in `stream` itself, so whether it is full depends on what main has done with it. */
function sayWhenFull(stream: Writable, isFull: () => boolean): void {
  const { write } = stream
  let looking = false
  const look = (): void => {
    if (isFull()) return void setTimeout(look, LOOK_MS)
    looking = false
    stream.emit('drain')
  }
  stream.write = function (this: Writable, ...args: unknown[]) {
    const hasRoom = Reflect.apply(write, this, args) as boolean
    if (!isFull()) return hasRoom
    if (!looking) setTimeout(look, LOOK_MS)
    looking = true
    return false
  } as typeof write
}
