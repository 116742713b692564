import { afterAll, expect, test } from 'vitest'
import {
  type Across,
  asCompleted,
  Barrier,
  Condition,
  connect,
  type Future,
  FutureResolver,
  JoinableQueue,
  LifoQueue,
  Listener,
  Lock,
  pipe,
  Queue,
  RLock,
  Semaphore,
  SharedEvent,
  wait,
  waitAny,
  type WaitOptions,
} from '../../src/index.ts'

const gc = (globalThis as { gc?: () => void }).gc ?? (() => expect.unreachable('the tests run with --expose-gc'))

/** More find a smaller leak: `HEAP_ROUNDS=100000 npx vitest run test/waiting/heap.test.ts`, which takes minutes. */
const ROUNDS = Number(process.env['HEAP_ROUNDS'] ?? 1000)
/** A listener, a timer or a callback that stays takes more; the rest is the noise of the collector. */
const MOST_BYTES_PER_ROUND = 100

type Waiting = (limits: WaitOptions) => unknown

const pending = (): Future<unknown> => new FutureResolver<unknown>().future
const future = pending()
const done = Promise.withResolvers<never>()
const finished = new FutureResolver<number>()
finished.resolve(1)
const futures = [future, pending(), pending()]
const [end, otherEnd] = pipe()
const listener = await Listener.create()
const client = await connect(listener.address)
const server = await listener.accept()
afterAll(() => {
  done.promise.catch(() => {})
  done.reject(new Error('over'))
  for (const each of [end, otherEnd, listener, client, server]) each.close()
})

const common: Record<string, Waiting> = {
  'Future.result': limits => future.result(limits),
  'Future.exception': limits => future.exception(limits),
  wait: limits => wait(futures, limits),
  'wait for the first': limits => wait([...futures, finished.future], { ...limits, returnWhen: 'first-done' }),
  asCompleted: async limits => {
    for await (const _ of asCompleted<unknown>([...futures, finished.future], limits));
  },
  'asCompleted, left early': async limits => {
    for await (const _ of asCompleted<unknown>([...futures, finished.future], limits)) break
  },
  waitAny: limits => waitAny([end, client], limits),
  'poll of a pipe': limits => end.poll(limits),
  'recv of a pipe': limits => end.recv(limits),
  'poll of a socket': limits => client.poll(limits),
  'recv of a socket': limits => client.recv(limits),
  'Listener.accept': limits => listener.accept(limits),
  'LifoQueue.get': (
    queue => limits =>
      queue.get(limits)
  )(new LifoQueue()),
}

function primitives(across: Across): Record<string, Waiting> {
  const empty = new Queue({ across, maxBytes: 1024 })
  const full = new JoinableQueue({ across, maxSize: 1, maxBytes: 1024 })
  full.tryPut(1)
  const event = new SharedEvent({ across })
  const lock = new Lock({ across })
  const fair = new Lock({ across, fair: true })
  lock.tryAcquire()
  fair.tryAcquire()
  const rlock = new RLock({ across })
  void rlock.runExclusive(() => done.promise).catch(() => {})
  const semaphore = new Semaphore(0, { across })
  const condition = new Condition({ across })
  const barrier = new Barrier(2, { across })
  return {
    'Queue.get': limits => empty.get(limits),
    'Queue.put': limits => full.put(2, limits),
    'JoinableQueue.join': limits => full.join(limits),
    'SharedEvent.wait': limits => event.wait(limits),
    'Lock.acquire': limits => lock.acquire(limits),
    'Lock.acquire, fair': limits => fair.acquire(limits),
    'RLock.acquire': limits => rlock.acquire(limits),
    'Semaphore.acquire': limits => semaphore.acquire(limits),
    'Condition.wait': limits => condition.runExclusive(() => condition.wait(limits)),
    'Condition.waitFor': limits => condition.runExclusive(() => condition.waitFor(() => false, limits)),
    'Barrier.wait': async limits => {
      try {
        await barrier.wait(limits)
      } finally {
        await barrier.reset()
      }
    },
  }
}

test.each([
  ...Object.entries(common),
  ...(['threads', 'processes'] as const).flatMap(across =>
    Object.entries(primitives(across)).map(([name, waiting]): [string, Waiting] => [`${name} (${across})`, waiting]),
  ),
])('%s leaves nothing, however it ends', { timeout: 180_000 + ROUNDS * 10 }, async (_, waiting) => {
  const { signal } = new AbortController()
  const ended = async (limits: WaitOptions): Promise<void> => {
    try {
      await waiting(limits)
    } catch {
      // A wait that ends by its limit: that is what is measured.
    }
  }
  const aborted = (): Promise<void> => {
    const abort = new AbortController()
    const ending = ended({ signal: abort.signal })
    abort.abort()
    return ending
  }
  const ways: readonly (() => Promise<unknown>)[] = [
    aborted,
    () => ended({ signal, timeoutMs: 0.1 }),
    () => ended({ signal, timeoutMs: 0 }),
  ]
  const run = async (rounds: number): Promise<void> => {
    // Many at a time: a timer takes a millisecond.
    for (let i = 0; i < rounds; i += 100) {
      for (const way of ways) await Promise.all(Array.from({ length: 100 }, way))
    }
  }
  await run(ROUNDS / 5)
  const before = await heapUsed()
  await run(ROUNDS)
  const bytes = ((await heapUsed()) - before) / (ROUNDS * ways.length)
  expect(bytes).toBeLessThan(MOST_BYTES_PER_ROUND)
})

async function heapUsed(): Promise<number> {
  // What was collected is finalized in a later turn.
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise(setImmediate)
  }
  return process.memoryUsage().heapUsed
}
