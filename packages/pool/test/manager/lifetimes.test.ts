import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connect, ConnectionClosedError, replace, ShutdownError } from '@manyhands/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ListProxy, Manager, Process, ProcessPoolExecutor } from '../../src/index.ts'
import { Broke } from '../support/account.ts'

let manager: Manager
beforeAll(async () => {
  manager = await Manager.create()
})
const processes = new ProcessPoolExecutor({ maxWorkers: 1 })
afterAll(async () => {
  await Promise.all([processes.shutdown(), manager.shutdown()])
})

test('strangers and nonsense neither reach the objects nor end the manager', async () => {
  const list = await manager.list([1])
  const { server } = list[replace]('processes', () => {})
  expect(statSync(server.address).mode & 0o777).toBe(0o600)
  for (const file of ['environ', 'cmdline']) {
    expect(readFileSync(`/proc/${manager.pid}/${file}`).includes(Buffer.from(server.key).toString('hex'))).toBe(false)
  }
  for (const bytes of [randomBytes(500), Buffer.from('mhc1'), Buffer.alloc(0)]) {
    const socket = createConnection(server.address)
    socket.end(bytes).resume()
    await once(socket, 'close')
  }
  await expect(connect(server.address)).rejects.toMatchObject({ name: 'AuthenticationError' })
  await expect(connect(server.address, { authKey: randomBytes(32) })).rejects.toMatchObject({
    name: 'AuthenticationError',
  })
  const insider = await connect(server.address, { authKey: server.key })
  await insider.sendBytes(randomBytes(50))
  await expect(insider.recvBytes()).rejects.toMatchObject({ name: 'ConnectionClosedError' })
  expect(await list.toArray()).toEqual([1])
})

test('an object is gone with its last proxy, here, in containers, in messages and in processes that died', async () => {
  const collectHere = (): void => {
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
  }
  await using own = await Manager.create()
  // What is in a container is a proxy in the process of the manager.
  const there = await own.create(() => ({ collect: () => collectHere() }))
  const left = async (): Promise<number> => {
    collectHere()
    await there.collect()
    await new Promise(resolve => setImmediate(resolve))
    return own.objectCount()
  }
  const fallsTo = async (count: number): Promise<void> => {
    while ((await left()) !== count);
  }
  const stays = async (count: number): Promise<void> => {
    for (let i = 0; i < 5; i++) expect(await left()).toBe(count)
  }
  const dict = await own.dict<string, ListProxy<number>>()
  const fill = async (): Promise<void> => dict.set('list', await own.list([1, 2]))
  await fill()
  await fill()
  await fallsTo(3)
  await stays(3)

  const queue = own.queue<ListProxy<number>>()
  const move = async (from: typeof dict, to: typeof queue): Promise<void> => {
    const list = await from.pop('list')
    if (list !== undefined) await to.put(list)
  }
  const mover = new Process({ target: move, args: [dict, queue] as const })
  await mover.start()
  await mover.join()
  await stays(3)
  const read = async (): Promise<number[]> => (await queue.get()).toArray()
  expect(await read()).toEqual([1, 2])
  await fallsTo(2)

  const event = own.event()
  const hold = async (): Promise<Process<readonly [ListProxy, typeof event]>> => {
    const holder = new Process({
      target: async (list: ListProxy, ready: typeof event) => {
        await list.push(1)
        ready.set()
        await new Promise(() => setInterval(() => list, 1000))
      },
      args: [await own.list(), event] as const,
    })
    await holder.start()
    return holder
  }
  const holder = await hold()
  await event.wait()
  await stays(3)
  holder.kill()
  await fallsTo(2)
})

test('when the process of the manager dies, calls fail that wait and those that follow', async () => {
  const own = await Manager.create()
  const [list, stuck] = [await own.list([1]), await own.create(() => ({ wait: () => new Promise<never>(() => {}) }))]
  const waiting = stuck.wait()
  const elsewhere = processes.submit(async () => {
    const call = stuck.wait()
    await list.push(2)
    await call
  })
  while ((await list.length()) < 2);
  process.kill(own.pid as number, 'SIGKILL')
  const error = await waiting.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConnectionClosedError)
  expect(error).toMatchObject({
    message: expect.stringContaining('the process of the manager has ended') as string,
    cause: { name: 'WorkerExitedError', signal: 'SIGKILL', pid: own.pid },
  })
  expect(await elsewhere.exception()).toMatchObject({ name: 'ConnectionClosedError' })
  await expect(list.length()).rejects.toMatchObject({ name: 'ConnectionClosedError', cause: { signal: 'SIGKILL' } })
  await expect(own.dict()).rejects.toBeInstanceOf(ConnectionClosedError)
  await expect(processes.submit(() => list.length())).rejects.toMatchObject({ name: 'ConnectionClosedError' })
  await own.shutdown()
})

// CPython: _TestManagerRestart.test_rapid_restart
test('G08 a manager that was shut down is followed by another at once', async () => {
  for (let i = 0; i < 2; i++) {
    const own = await Manager.create()
    const list = await own.list([i])
    const stuck = await own.create(() => ({ wait: () => new Promise<never>(() => {}) }))
    const waiting = stuck.wait()
    expect(await list.toArray()).toEqual([i])
    const ended = own.shutdown()
    expect(await waiting.catch((reason: unknown) => reason)).toBeInstanceOf(ShutdownError)
    await Promise.all([ended, own.shutdown()])
    await expect(list.toArray()).rejects.toBeInstanceOf(ShutdownError)
    await expect(own.list()).rejects.toBeInstanceOf(ShutdownError)
  }
})

// CPython: TestManagerExceptions, test_manager_initializer
test('G09 an initializer runs first, and what it throws is thrown by create', async () => {
  await using own = await Manager.create({
    initializer: (value: number) => {
      ;(globalThis as { initialized?: number }).initialized = value
    },
    args: [7],
  })
  const seen = await own.create(() => ({ value: () => (globalThis as { initialized?: number }).initialized }))
  expect(await seen.value()).toBe(7)
  await expect(Manager.create({ initializer: 1 as unknown as () => void })).rejects.toThrow(
    new TypeError('initializer must be a function, got 1'),
  )
  await expect(
    Manager.create({
      initializer: () => {
        throw new Broke('not today')
      },
    }),
  ).rejects.toBeInstanceOf(Broke)
  await expect(Manager.create({ initializer: () => process.exit(3) })).rejects.toMatchObject({
    name: 'WorkerExitedError',
    exitCode: 3,
  })
})

test('the process of a manager goes on after Ctrl-C', async () => {
  const list = await manager.list([1])
  process.kill(manager.pid as number, 'SIGINT')
  expect(await list.length()).toBe(1)
})

// In a program of its own, as a test runner holds what its assertions were given.
// Node 22 and 24 hold on to what the last task was given until there is another one.
test.runIf(Number(process.versions.node.split('.')[0]) >= 26)(
  'nothing holds an object whose message was not made after all, or whose worker ends at once',
  async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...process.execArgv, join(import.meta.dirname, '../programs/proxies-let-go.ts')],
      { timeout: 170_000 },
    )
    expect(stdout.trim().split('\n')).toEqual([
      'argument',
      'result of a method',
      'queue',
      'task',
      'result of a task',
      'process',
      'thread workers',
      'process workers',
    ])
  },
)

test('a program that forgets its manager ends, and the process with it', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, '../programs/forgotten-manager.ts')],
    { timeout: 170_000 },
  )
  const pid = Number(stdout)
  expect(pid).toBeGreaterThan(0)
  while (isAlive(pid)) await new Promise(resolve => setImmediate(resolve))
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
