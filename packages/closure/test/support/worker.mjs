// The other side: calls what it is sent and answers with what came out, by the codec.
import { parentPort } from 'node:worker_threads'
import { createCodec, unpack } from '../../src/index.ts'

const codec = createCodec({ across: parentPort === null ? 'processes' : 'threads' })
const send = parentPort === null ? message => process.send(message) : message => parentPort.postMessage(message)

async function answer({ id, packed, args }) {
  try {
    const value = await unpack(packed)
    const result = typeof value === 'function' ? await value(...args) : value
    send({ id, result: typeof result === 'object' && result !== null ? codec.encode(result, new Set()) : [result] })
  } catch (error) {
    send({ id, error: String(error?.stack ?? error) })
  }
}

if (parentPort === null) process.on('message', message => void answer(message))
else parentPort.on('message', message => void answer(message))
