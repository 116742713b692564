// The other side: calls what it is sent and answers with what came out, by the codec.
import { parentPort } from 'node:worker_threads'
import { createCodec, unpack } from '../../src/worker.ts'

const codec = createCodec({ across: parentPort === null ? 'processes' : 'threads' })
const send = parentPort === null ? message => process.send(message) : message => parentPort.postMessage(message)
const encode = value =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
    ? codec.encode(value, new Set())
    : [value]

async function answer({ id, packed, args, encoded }) {
  try {
    const value = await unpack(packed)
    const given = encoded === undefined ? args : await Promise.all(encoded.map(codec.decode))
    const result = typeof value === 'function' ? await value(...given) : value
    send({ id, result: encode(result) })
  } catch (error) {
    send({ id, error: encode(error) })
  }
}

if (parentPort === null) process.on('message', message => void answer(message))
else parentPort.on('message', message => void answer(message))
