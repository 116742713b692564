// node send-all.mjs MODULE_URL: calls every function that a module exports as `tasks`, here, in a thread, in a process.
// Prints a row for each: its name, what it gave here, in the thread, in the process; or the error. A program that
// imports it calls `sendAll(tasks)`.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createCodec, pack } from '../../src/index.ts'

const workerUrl = new URL('../support/worker.mjs', import.meta.url)
const thread = new Worker(workerUrl)
const child = fork(fileURLToPath(workerUrl), { serialization: 'advanced' })

async function call(across, fn) {
  const { post, on } =
    across === 'threads'
      ? { post: message => thread.postMessage(message), on: listener => thread.once('message', listener) }
      : { post: message => child.send(message), on: listener => child.once('message', listener) }
  const codec = createCodec({ across })
  try {
    const packed = pack(fn, { across })
    const answer = await new Promise(resolve => {
      on(resolve)
      post({ id: 0, packed, args: [] })
    })
    if (answer.error !== undefined) throw await codec.decode(answer.error)
    return await codec.decode(answer.result)
  } catch (error) {
    return String(error)
  }
}

export async function sendAll(tasks) {
  const rows = []
  for (const [name, fn] of Object.entries(tasks)) {
    rows.push([name, await fn(), await call('threads', fn), await call('processes', fn)])
  }
  console.log(JSON.stringify(rows))
  await thread.terminate()
  child.disconnect()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await sendAll((await import(process.argv[2])).tasks)
