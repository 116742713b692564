import { once } from 'node:events'
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { describeExecutor } from '@manyhands/testing'
import * as runner from 'vitest'
import { move, ThreadPoolExecutor, taskContext } from '../src/index.ts'
import { burn, burnOn, increment } from './tasks/work.ts'

const { expect, test } = runner

describeExecutor(runner, {
  name: 'ThreadPoolExecutor',
  create: options => new ThreadPoolExecutor(options),
  increment,
  burn,
  burnOn,
  taskContext,
})

test('a transferred buffer moves to the thread, and a moved result back', async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const bytes = new Uint8Array(1024).fill(7)
  const sum = await pool
    .with({ transfer: [bytes.buffer] })
    .submit((array: Uint8Array) => array.reduce((a, b) => a + b, 0), bytes)
  expect(sum).toBe(7 * 1024)
  expect(bytes.byteLength).toBe(0)
  const moved = await pool.submit(() => {
    const array = new Float64Array(1000).fill(2)
    const holder = globalThis as { moved?: Float64Array }
    holder.moved = array
    return move(array)
  })
  expect(moved.length).toBe(1000)
  expect(await pool.submit(() => (globalThis as { moved?: Float64Array }).moved?.length)).toBe(0)
  await pool.shutdown()
})

test('a MessagePort moves to the thread, as argument, captured and inside of both, and back', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const answer = async (ask: (port: MessagePort) => Promise<unknown>): Promise<unknown> => {
    const { port1, port2 } = new MessageChannel()
    const [message] = await Promise.all([once(port1, 'message'), ask(port2)])
    port1.close()
    return message[0]
  }
  const greet = (port: MessagePort, word: string): void => {
    port.postMessage(word)
    port.close()
  }
  expect(await answer(port => pool.submit(greet, port, 'argument'))).toBe('argument')
  expect(await answer(port => pool.submit(() => greet(port, 'captured')))).toBe('captured')
  expect(await answer(port => pool.submit(({ ends: [end] }) => greet(end, 'inside'), { ends: [port] as const }))).toBe(
    'inside',
  )
  expect(await answer(port => pool.with({ transfer: [port] }).submit(greet, port, 'listed'))).toBe('listed')
  const back = await pool.submit(() => {
    const { port1, port2 } = new MessageChannel()
    port1.postMessage('back')
    return port2
  })
  expect(receiveMessageOnPort(back)?.message).toBe('back')
  back.close()
})

test('a MessagePort that a function for many tasks captures is refused', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const { port1, port2 } = new MessageChannel()
  expect(() => pool.map(x => (port2.postMessage(x), x), [1, 2])).toThrow(/MessagePort.*submit\(fn, port\)/)
  port1.close()
})

test('what moves is not sent ahead to a busy worker, from which it could not be called back', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const free = new Int32Array(new SharedArrayBuffer(4))
  const length = (bytes: Uint8Array): number => bytes.byteLength
  const lengthOf = (bytes: Uint8Array<ArrayBuffer>): Promise<number> =>
    pool.with({ transfer: [bytes.buffer] }).submit(length, bytes)
  const echo = (port: MessagePort): void => (port.postMessage('here'), port.close())
  const { port1, port2 } = new MessageChannel()
  const [first, second] = [new MessageChannel(), new Uint8Array(8)]
  await lengthOf(new Uint8Array(8))
  await pool.submit(echo, first.port2)
  const busy = pool.submit(words => void Atomics.wait(words, 0, 0), free)
  const results = [lengthOf(second), pool.submit(echo, port2)]
  await new Promise(setImmediate)
  port1.postMessage('not moved yet')
  const [stayed, message] = [second.byteLength, receiveMessageOnPort(port2)?.message as unknown]
  Atomics.store(free, 0, 1)
  Atomics.notify(free, 0)
  await busy
  expect([stayed, message]).toEqual([8, 'not moved yet'])
  expect(await Promise.all(results)).toEqual([8, undefined])
  for (const port of [port1, first.port1]) port.close()
})

test('a task whose buffer moved to a worker that exits is lost with it, also with retry', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1, onWorkerExit: 'retry' })
  const bytes = new Uint8Array(8)
  const lost = pool.with({ transfer: [bytes.buffer] }).submit((given: Uint8Array) => process.exit(given.length), bytes)
  await expect(lost).rejects.toMatchObject({ name: 'WorkerExitedError', maybeRan: true })
})

test('a SharedArrayBuffer is shared with the thread', async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const words = new Int32Array(new SharedArrayBuffer(8))
  await pool.submit((shared: Int32Array) => void Atomics.store(shared, 1, 42), words)
  expect(words[1]).toBe(42)
  await pool.shutdown()
})
