// Sends every case to a thread and to a process; a verdict for each: works, refused, error, wrong.
import { deepStrictEqual } from 'node:assert'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createCodec, pack } from '../../src/index.ts'
import { cases, ready } from '../cases/all.mjs'

function connect(across, send, on, close) {
  const waiting = new Map()
  const codec = createCodec({ across })
  let next = 0
  on(({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) resolve(codec.decode(result))
    else reject(codec.decode(error))
  })
  const call = (packed, args) =>
    new Promise((resolve, reject) => {
      const id = next++
      waiting.set(id, { resolve, reject })
      send({ id, packed, args })
    })
  return { across, call, close }
}

async function verdictOf(item, target, anyRefusal) {
  const value = item.make()
  let packed
  try {
    packed = pack(value, { across: target.across })
  } catch (error) {
    if (
      error.name === 'SerializationError' &&
      (anyRefusal ? item.refuse !== undefined : item.refuse?.test(error.message) === true)
    ) {
      return ['refused']
    }
    return ['error', String(error.stack)]
  }
  if (item.refuse !== undefined && item.worksInBundles !== true) return ['wrong', 'it should have been refused']
  try {
    const got = await target.call(packed, item.args)
    deepStrictEqual(got, 'expect' in item ? item.expect : await value(...item.args))
    return ['works']
  } catch (error) {
    return [error.code === 'ERR_ASSERTION' ? 'wrong' : 'error', String(error.message)]
  }
}

/**
 * @param workerUrl - what a worker starts with
 * @param execArgv - its options, where those of this process do not fit
 * @param anyRefusal - what is refused need not be refused by the expected words: a minifier renames what they name
 * @returns a row for each case and target: its name, the target, the verdict, and what was wrong
 */
export async function runCases({ workerUrl, execArgv = process.execArgv, anyRefusal = false }) {
  await ready
  const thread = new Worker(workerUrl, { execArgv })
  const child = fork(fileURLToPath(workerUrl), {
    serialization: 'advanced',
    execArgv: execArgv.filter(argument => !argument.startsWith('--inspect')),
  })
  const targets = [
    connect(
      'threads',
      message => thread.postMessage(message),
      listener => thread.on('message', listener),
      () => thread.terminate(),
    ),
    connect(
      'processes',
      message => child.send(message),
      listener => child.on('message', listener),
      () => child.disconnect(),
    ),
  ]
  const table = []
  for (const item of cases) {
    for (const target of targets) table.push([item.name, target.across, ...(await verdictOf(item, target, anyRefusal))])
  }
  for (const target of targets) void target.close()
  return table
}
