import { Connection, ConnectionClosedError, pipe, waitAny } from '@manyhands/core'
import { afterAll, describe, expect, test } from 'vitest'
import { Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from '../src/index.ts'

class Celsius {
  readonly degrees: number
  constructor(degrees: number) {
    this.degrees = degrees
  }
  get fahrenheit(): number {
    return this.degrees * 1.8 + 32
  }
}

describe.each([
  ['threads', ThreadPoolExecutor],
  ['processes', ProcessPoolExecutor],
] as const)('with a worker among %s', (_, Executor) => {
  const pool = new Executor({ maxWorkers: 2, concurrency: 4 })
  afterAll(() => pool.shutdown())

  test('a task talks by a connection that is an argument, captured, or a result', async () => {
    const [here, there] = pipe()
    const [mine, yours] = pipe()
    const talking = pool.submit(async (connection: Connection) => {
      for await (const value of connection) {
        await yours.send((value as number) + 1)
        if (value === 3) break
      }
      connection.close()
    }, there)
    for (const value of [1, 2, 3]) {
      await here.send(value)
      expect(await mine.recv()).toBe(value + 1)
    }
    await talking
    await expect(here.recv()).rejects.toMatchObject({ name: 'ConnectionClosedError' })
    const made = await pool.submit(
      async (path: string) => {
        const core = (await import(path)) as { pipe: typeof pipe }
        const [a, b] = core.pipe()
        void b.send('from the worker')
        return a
      },
      import.meta.resolve('@manyhands/core'),
    )
    expect(made).toBeInstanceOf(Connection)
    expect(await made.recv()).toBe('from the worker')
  })

  // The other end waited indefinitely.
  test('a worker that ends before it has come for its end closes it', async () => {
    const single = new Executor({ maxWorkers: 1 })
    const [[here, there], [mine, yours]] = [pipe(), pipe()]
    const exits = (_argument: Connection): never => process.exit(yours.closed ? 2 : 1)
    expect(await single.submit(exits, there).exception()).toMatchObject({ name: 'WorkerExitedError' })
    expect(await Promise.allSettled([here.recv(), mine.recv()])).toMatchObject([
      { reason: { name: 'ConnectionClosedError' } },
      { reason: { name: 'ConnectionClosedError' } },
    ])
    expect([there.closed, yours.closed]).toEqual([true, true])
    await single.shutdown()
  })

  // The other end waited indefinitely.
  test.each(['not cloned', 'not encoded'])('a task that cannot be sent closes its ends: %s', async how => {
    const single = new Executor({ maxWorkers: 1 })
    const detached = new Uint8Array(8)
    structuredClone(detached, { transfer: [detached.buffer] })
    const bad = how === 'not cloned' ? detached : new WeakRef({})
    const [[here, there], [mine, yours]] = [pipe(), pipe()]
    const captures = (_end: Connection, _bad: object): boolean => yours.closed
    expect(await single.submit(captures, there, bad).exception()).toMatchObject({ name: 'SerializationError' })
    expect(await Promise.allSettled([here.recv(), mine.recv()])).toMatchObject([
      { reason: { name: 'ConnectionClosedError' } },
      { reason: { name: 'ConnectionClosedError' } },
    ])
    await single.shutdown()
  })

  test('an end that is still used here stays when a worker that was given it ends before it comes for it', async () => {
    const single = new Executor({ maxWorkers: 1 })
    const [here, there] = pipe()
    await single.submit(() => {}) // so that the next task is sent at once
    const exits = single.submit((_unused: Connection) => process.exit(3), there)
    await there.send('before')
    expect(await exits.exception()).toMatchObject({ name: 'WorkerExitedError' })
    await there.send('after')
    expect([await here.recv(), await here.recv(), there.closed]).toEqual(['before', 'after', false])
    await single.shutdown()
    there.close()
  })

  test('functions, instances and their classes travel through a connection', async () => {
    const [here, there] = pipe()
    const factor = 3
    const answered = pool.submit(async (connection: Connection) => {
      const { triple, temperature } = await connection.recv<{
        triple: (x: number) => number
        temperature: { fahrenheit: number }
      }>()
      await connection.send([triple(14), temperature.fahrenheit, temperature])
    }, there)
    await here.send({ triple: (x: number) => x * factor, temperature: new Celsius(100) })
    const [tripled, fahrenheit, temperature] = await here.recv<[number, number, Celsius]>()
    await answered
    expect([tripled, fahrenheit]).toEqual([42, 212])
    expect(temperature).toBeInstanceOf(Celsius)
  })
})

// CPython: TestWait.test_wait_integer, test_subclassing
test.each([Process, Thread])('the sentinel of a $name is waited for together with its connection', async Kind => {
  const [here, there] = pipe()
  const child = new Kind({
    target: async (connection: Connection) => {
      await connection.send('ready')
      await connection.recv()
    },
    args: [there] as const,
  })
  await child.start()
  there.close()
  expect(await waitAny([here, child.sentinel])).toEqual([here])
  expect(await here.recv()).toBe('ready')
  expect(await waitAny([here, child.sentinel], { timeoutMs: 0 })).toEqual([])
  await here.send('go')
  expect(await waitAny([child.sentinel])).toEqual([child.sentinel])
  await expect(here.recv()).rejects.toMatchObject({ name: 'ConnectionClosedError' })
})

// CPython: test_spawn_close, for a child that ends before it has looked at its connection
test.for([
  ['Process', Process],
  ['Thread', Thread],
] as const)(
  'whoever waits for a %s that ended before it came for its connection hears that nobody will',
  async ([, Given]) => {
    const [ours, theirs] = pipe()
    const child = new (Given as unknown as typeof Process)<[Connection]>({
      target: () => process.exit(3),
      args: [theirs],
    })
    await child.start()
    theirs.close()
    await expect(ours.recv({ timeoutMs: 20_000 })).rejects.toThrow(ConnectionClosedError)
    expect(await child.join()).toMatchObject({ exitCode: 3 })
  },
)

describe.each([
  ['Process', Process],
  ['Thread', Thread],
] as const)('a %s that ends before it has come for its end', (_, Kind) => {
  test.each([true, false])('closes it (closed here as well: %s)', async closesHere => {
    const [here, there] = pipe()
    const child = new Kind({ target: (_end: Connection) => {}, args: [there] })
    await child.start()
    if (closesHere) there.close()
    await child.join()
    await expect(here.recv()).rejects.toMatchObject({ name: 'ConnectionClosedError' })
  })
})
