// Many tasks, each with captured values, an instance, and now and then a class of its own; prints the heaps of both
// sides, in MB, at ten moments.
import { Worker } from 'node:worker_threads'
import { createCodec, pack } from '../../src/index.ts'

const tasks = Number(process.argv[2])
const worker = new Worker(new URL('../support/worker.mjs', import.meta.url))
const codec = createCodec({ across: 'threads' })
const waiting = new Map()
let next = 0
worker.on('message', ({ id, result, error }) => {
  const { resolve, reject } = waiting.get(id)
  waiting.delete(id)
  if (error === undefined) resolve(codec.decode(result))
  else reject(codec.decode(error))
})
const call = (fn, arg) =>
  new Promise((resolve, reject) => {
    waiting.set(next, { resolve, reject })
    worker.postMessage({ id: next++, packed: pack(fn), encoded: [codec.encode([arg], new Set())] })
  })
const megabytes = bytes => Math.round(bytes / 1e5) / 10
const settle = () => new Promise(resolve => setImmediate(resolve))
const makeClass = n =>
  class {
    constructor(v) {
      this.v = v + n
    }
  }

const heap = () => {
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
const heaps = []
let type = makeClass(0)
for (let done = 0; done < tasks;) {
  if (done % 1000 === 0) type = makeClass(done)
  const Type = type
  const batch = Array.from({ length: 100 }, (_, i) =>
    call(([given]) => [given.v, given instanceof Type, i], new Type(i)),
  )
  for (const [i, [, isOne, index]] of (await Promise.all(batch)).entries()) {
    if (!isOne || index !== i) throw new Error('wrong')
  }
  done += 100
  if (done % (tasks / 10) !== 0) continue
  // What finalizers let go of is gone one turn later.
  heap()
  await settle()
  heaps.push([megabytes(heap()), megabytes(await call(heap))])
}
console.log(JSON.stringify(heaps))
await worker.terminate()
