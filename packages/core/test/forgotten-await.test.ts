import { expect, test } from 'vitest'
import {
  Barrier,
  Condition,
  connect,
  Connection,
  Future,
  FutureResolver,
  Listener,
  Lock,
  PerWorker,
  pipe,
  PriorityQueue,
  Queue,
  Region,
  RLock,
  Semaphore,
  SharedEvent,
  waitAny,
} from '../src/index.ts'

const future: never = new FutureResolver().future as never
const given = 'got a Future (is an `await` missing?)'
const [end] = pipe()

test.each<readonly [string, () => unknown]>([
  ['permits of a Semaphore', () => new Semaphore(future)],
  ['options of a Semaphore', () => new Semaphore(1, future)],
  ['parties of a Barrier', () => new Barrier(future)],
  ['action of a Barrier', () => new Barrier(1, { action: future })],
  ['options of a Lock', () => new Lock(future)],
  ['across of a Lock', () => new Lock({ across: future })],
  ['options of an RLock', () => new RLock(future)],
  ['options of a SharedEvent', () => new SharedEvent(future)],
  ['lock of a Condition', () => new Condition({ lock: future })],
  ['predicate of a Condition', () => new Condition().waitFor(future)],
  ['maxSize of a Queue', () => new Queue({ maxSize: future })],
  ['compare of a PriorityQueue', () => new PriorityQueue({ compare: future })],
  ['timeoutMs of an acquire', () => new Lock().acquire({ timeoutMs: future })],
  ['signal of an acquire', () => new Lock().acquire({ signal: future })],
  ['options of an acquire', () => new Lock().acquire(future)],
  ['size of a Region', () => Region.create(future)],
  ['address of a connection', () => connect(future)],
  ['key of a connection', () => connect({ port: 1 }, { authKey: future })],
  ['address of a listener', () => Listener.create(future)],
  ['bytes of a message', () => end.sendBytes(future)],
  ['waitAny', () => waitAny([future])],
])('a forgotten await is named: %s', async (_, use) => {
  const error = await (async () => use())().then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  )
  expect(error?.message).toContain(given)
})

test('bytes whose buffer was transferred are not sent as none', async () => {
  const bytes = new Uint8Array(4)
  structuredClone(bytes, { transfer: [bytes.buffer] })
  await expect(end.sendBytes(bytes)).rejects.toThrow(
    'bytes must be a typed array, a DataView or a buffer, got an instance of Uint8Array whose buffer is detached ' +
      '(it was transferred or closed)',
  )
  expect(() => new Queue().tryPut(bytes)).toThrow(/detached/)
})

test.each<readonly [string, unknown, string]>([
  ['Region', Region, 'Region.create(byteLength)'],
  ['Listener', Listener, 'await Listener.create(address)'],
  ['Connection', Connection, 'pipe(), await connect(address) or await listener.accept()'],
  ['PerWorker', PerWorker, 'perWorker(factory)'],
])('a %s, which is made by a function, names it', (name, Class, instead) => {
  const Public = Class as new (...args: readonly unknown[]) => object
  const error = new TypeError(`\`new ${name}\` is not for programs: write ${instead}`)
  expect(() => new Public()).toThrow(error)
  expect(() => new Public(10)).toThrow(error)
})

test('a Future is made from a function', () => {
  expect(() => new Future(5 as never)).toThrow('the executor of a Future must be a function, got 5')
})
