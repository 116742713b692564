// Prints the places in this file that the errors of a function point to, thrown here and in a worker. Run by tsx, which
// removes lines.
import { Worker } from 'node:worker_threads'
import { createCodec, pack } from '../../src/index.ts'

interface Removed {
  readonly one: number
  readonly two: number
}

const limit: number = Number('3')
type AlsoRemoved = { readonly three: string }

const fail = (value: number): number => {
  interface Inner {
    readonly v: number
  }
  const inner: Inner = { v: value }
  if (inner.v > limit) throw new RangeError('too much')
  return inner.v
}

const placeOf = (error: unknown): string | undefined => /stacks\.ts:\d+/.exec((error as Error).stack ?? '')?.[0]
const codec = createCodec({ across: 'threads' })
const worker = new Worker(new URL('../support/worker.mjs', import.meta.url))
worker.on('message', ({ error }: { readonly error: object }) => {
  const there = placeOf(codec.decode(error))
  let here: string | undefined
  try {
    fail(5)
  } catch (thrown) {
    here = placeOf(thrown)
  }
  console.log(JSON.stringify([here, there]))
  void worker.terminate()
})
worker.postMessage({ id: 0, packed: pack(fail), args: [5] })
export type { AlsoRemoved, Removed }
