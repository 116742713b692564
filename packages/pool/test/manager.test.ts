import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BoundedSemaphore, connect, ConnectionClosedError, JoinableQueue, Lock, Queue, replace, ShutdownError } from '@manyhands/core'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { DictProxy, IteratorProxy, ListProxy, Manager, Process, ProcessPoolExecutor, RemoteObject, Thread, ThreadPoolExecutor } from '../src/index.ts'
import type { Remote } from '../src/index.ts'
import { call as callMethod } from '../src/main/manager/managed.ts'

class Broke extends Error {
  override readonly name = 'Broke'
  readonly code = 'E_BROKE'
}

class Account {
  #balance = 0
  owner: string
  constructor(owner: string) {
    this.owner = owner
  }
  add(amount: number): number {
    if (this.#balance + amount < 0) throw new Broke(`${this.owner} has only ${this.#balance}`, { cause: amount })
    return (this.#balance += amount)
  }
  async later(): Promise<string> {
    return this._secret()
  }
  *history(count: number): Generator<number, undefined> {
    for (let i = 0; i < count; i++) yield i * i
    return undefined
  }
  hidden(): symbol {
    return Symbol.iterator
  }
  unsendable(): Promise<void>[] {
    return [Promise.resolve()]
  }
  _secret(): string {
    return `${this.owner} says nothing`
  }
  get rich(): boolean {
    return this.#balance > 1e6
  }
}

let manager: Manager
const pools = { threads: new ThreadPoolExecutor({ maxWorkers: 2 }), processes: new ProcessPoolExecutor({ maxWorkers: 2 }) }
beforeAll(async () => {
  manager = await Manager.create()
})
afterAll(async () => {
  await Promise.all([pools.threads.shutdown(), pools.processes.shutdown(), manager.shutdown()])
})

describe.each(['threads', 'processes'] as const)('with workers that are %s', kind => {
  const pool = pools[kind]

  // CPython: TestSyncManagerTypes.test_list, test_dict, test_set, test_namespace
  test('what a worker changes is seen here, in each kind of container', async () => {
    const [list, dict, set, names] = await Promise.all([manager.list([4, 5]), manager.dict<string, number>(), manager.set<number>([1]), manager.namespace<{ x?: number; y: string }>({ x: 1 })])
    await pool.submit(async () => {
      await list.push(6)
      await list.set(0, 0)
      await dict.set('a', 1)
      await dict.update([['b', 2]])
      await set.add(2)
      await set.delete(1)
      await names.set('y', 'ten')
      await names.delete('x')
    })
    expect(await list.toArray()).toEqual([0, 5, 6])
    expect(await dict.toMap()).toEqual(new Map([['a', 1], ['b', 2]]))
    expect(await set.toSet()).toEqual(new Set([2]))
    expect(await names.toObject()).toEqual({ y: 'ten' })
  })

  // CPython: TestSyncManagerTypes.test_queue, test_joinable_queue, test_lock, test_rlock, test_semaphore, test_bounded_semaphore, test_condition, test_event, test_barrier
  test('primitives of a manager are those of core, for processes', async () => {
    const [queue, joinable, lock, semaphore, condition, event, barrier] = [manager.queue<string>(), manager.joinableQueue<number>(), manager.lock(), manager.semaphore(0), manager.condition(), manager.event(), manager.barrier(2)]
    const working = pool.submit(async () => {
      await event.wait()
      await lock.runExclusive(() => queue.put('locked'))
      await joinable.get()
      joinable.taskDone()
      semaphore.release()
      await condition.runExclusive(() => condition.notify())
      await barrier.wait()
    })
    expect([queue, joinable, lock].map(primitive => primitive.constructor)).toEqual([Queue, JoinableQueue, Lock])
    expect(manager.boundedSemaphore(2)).toBeInstanceOf(BoundedSemaphore)
    const notified = condition.runExclusive(() => {
      event.set()
      return condition.wait()
    })
    await joinable.put(1)
    await joinable.join()
    expect(await queue.get()).toBe('locked')
    await semaphore.acquire()
    await notified
    await Promise.all([barrier.wait(), working])
  })

  test('a proxy is one object in a thread, and comes back as itself', async () => {
    const dict = await manager.dict()
    expect(await pool.submit((a: unknown, b: unknown) => a === b && a, dict, dict)).toBe(dict)
    const made = await pool.submit(async () => {
      await dict.set('self', dict)
      return (await dict.get('self')) === dict
    })
    expect(made).toBe(true)
    expect(await dict.get('self')).toBe(dict)
    await dict.clear()
  })

  test('two workers change one dictionary and one object', async () => {
    const [dict, account] = await Promise.all([manager.dict<string, number>(), manager.create(Account, 'Ada')])
    const task = async (name: string): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        await dict.set(`${name}${i}`, i)
        await account.add(1)
      }
    }
    await Promise.all(['a', 'b', 'c'].map(name => pool.submit(task, name)))
    expect([await dict.size(), await account.add(0)]).toEqual([150, 150])
  })

  // CPython: _TestContainers.test_list_proxy_in_list
  test('lists in a list are the same lists', async () => {
    const outer = await manager.list<ListProxy<number>>()
    const inners = await Promise.all([0, 1, 2].map(i => manager.list([i])))
    await outer.extend(inners)
    await pool.submit(async () => {
      for await (const inner of outer) await inner.push(55)
      await (await outer.at(-1))?.push(88)
    })
    expect(await Promise.all(inners.map(inner => inner.toArray()))).toEqual([[0, 55], [1, 55], [2, 55, 88]])
    const again = await manager.list(await outer.toArray())
    await (await again.at(0))?.push(9)
    expect(await inners[0]?.toArray()).toEqual([0, 55, 9])
  })

  // CPython: _TestQueue.test_nested_queue
  test('queues are in lists and dictionaries', async () => {
    const [list, dict] = await Promise.all([manager.list<Queue<number>>(), manager.dict<string, Queue<number>>()])
    const queues = [manager.queue<number>(), manager.queue<number>()] as const
    await list.push(...queues)
    await dict.set('second', queues[1])
    await pool.submit(async () => {
      await (await list.at(0))?.put(123)
      await (await dict.get('second'))?.put(456)
    })
    expect([await queues[0].get(), await queues[1].get()]).toEqual([123, 456])
  })

  // CPython: _TestMyManager.common
  test('public methods of an object are called, and what they throw is thrown here', async () => {
    const account = await manager.create(Account, 'Bob')
    const results = await pool.submit(async () => [await account.add(5), await account.later(), await account.hidden()])
    expect(results).toEqual([5, 'Bob says nothing', Symbol.iterator])
    const error = await account.add(-6).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Broke)
    expect(error).toMatchObject({ message: 'Bob has only 5', code: 'E_BROKE', cause: -6 })
    expect(await pool.submit(() => account.add(-6)).exception()).toBeInstanceOf(Broke)
    expect(await account.add(0)).toBe(5)
  })
})

test.each([Process, Thread])('the proxy of a $name works, also in what it starts itself', async Kind => {
  const list = await manager.list<string>()
  const child = new Kind({
    target: async (shared: ListProxy<string>, Inner: typeof Kind) => {
      await shared.push('child')
      const grandchild = new Inner({ target: async (again: ListProxy<string>) => void (await again.push('grandchild')), args: [shared] as const })
      await grandchild.start()
      await grandchild.join()
    },
    args: [list, Kind] as const,
  })
  await child.start()
  expect(await child.join()).toMatchObject({ exitCode: 0 })
  expect(await list.toArray()).toEqual(['child', 'grandchild'])
})

// CPython: _TestContainers.test_list
test('a list has what arrays have', async () => {
  const list = await manager.list(Array.from({ length: 10 }, (_, i) => i))
  expect(await list.slice(2, 5)).toEqual([2, 3, 4])
  expect(await list.slice(-2)).toEqual([8, 9])
  expect(await list.extend(new Set([10, 11]))).toBe(12)
  expect([await list.pop(), await list.shift(), await list.unshift(7, 7)]).toEqual([11, 0, 12])
  expect(await list.splice(0, 2, 100)).toEqual([7, 7])
  expect(await list.splice(9)).toEqual([9, 10])
  await list.reverse()
  expect([await list.at(0), await list.at(-1), await list.at(99)]).toEqual([8, 100, undefined])
  await list.sort((a, b) => b - a)
  expect(await list.toArray()).toEqual([100, 8, 7, 6, 5, 4, 3, 2, 1])
  expect([await list.indexOf(7), await list.includes(1), await list.includes(9), await list.length()]).toEqual([2, true, false, 9])
  await list.set(-1, 42)
  expect(await list.at(8)).toBe(42)
  await expect(list.set(9, 0)).rejects.toThrow(new RangeError('index must be that of one of 9 items, got 9'))
  await list.clear()
  expect(await list.toArray()).toEqual([])
})

test('what is in a container is a copy, until it is a proxy', async () => {
  const list = await manager.list([{ name: 'a' }])
  const item = await list.at(0)
  if (item !== undefined) item.name = 'b'
  expect(await list.at(0)).toEqual({ name: 'a' })
  const given = { name: 'c' }
  const setting = list.set(0, given)
  given.name = 'too late'
  await setting
  expect(await list.at(0)).toEqual({ name: 'c' })
})

test('a dictionary has steps that nobody sees half of', async () => {
  const dict = await manager.dict([['a', 1]] as const)
  expectTypeOf(dict).toEqualTypeOf<DictProxy<'a', 1>>()
  const counts = await manager.dict<string, number>(new Map([['x', 1]]))
  expect([await counts.setDefault('x', 5), await counts.setDefault('y', 5), await counts.pop('x'), await counts.pop('x')]).toEqual([1, 5, 1, undefined])
  expect([await counts.has('y'), await counts.delete('y'), await counts.delete('y'), await counts.size()]).toEqual([true, true, false, 0])
  await counts.set('z', 3)
  expect([await counts.keys(), await counts.values(), await counts.entries()]).toEqual([['z'], [3], [['z', 3]]])
})

// CPython: _TestContainers.test_list_iter
test('an iteration of a list sees what is changed meanwhile', async () => {
  const list = await manager.list([0, 1, 2])
  const seen: number[] = []
  for await (const item of list) {
    if (item === 0) await list.push(3)
    if (item === 1) await list.set(2, 20)
    seen.push(item)
  }
  expect(seen).toEqual([0, 1, 20, 3])
})

// CPython: _TestContainers.test_dict_iter
test('an iteration of a dictionary or a set throws when its size has changed', async () => {
  const dict = await manager.dict<number, string>([[1, 'a'], [2, 'b']])
  expect(await Array.fromAsync(dict)).toEqual([[1, 'a'], [2, 'b']])
  const iterator = dict[Symbol.asyncIterator]()
  expect(await iterator.next()).toEqual({ done: false, value: [1, 'a'] })
  await dict.clear()
  await expect(iterator.next()).rejects.toMatchObject({ name: 'InvalidStateError', message: expect.stringContaining('the dict has changed its size') as string })
  const set = await manager.set(['a', 'b'])
  await expect((async () => {
    for await (const value of set) await set.add(`${value}${value}`)
  })()).rejects.toMatchObject({ message: expect.stringContaining('the set has changed its size') as string })
})

// CPython: TestSyncManagerTypes.test_namespace, _TestNamespace.test_namespace
test('a namespace refuses names that begin with an underscore, and deletes others', async () => {
  const names = await manager.namespace<{ name: string; job: string; _hidden: string }>()
  await names.set('name', 'Bob')
  await names.set('job', 'Builder')
  await expect(names.set('_hidden', 'hidden')).rejects.toThrow(TypeError)
  await expect(names.get('_hidden')).rejects.toThrow('must not begin with an underscore')
  await expect(manager.namespace({ _a: 1 })).rejects.toThrow(TypeError)
  expect([await names.get('name'), await names.get('job')]).toEqual(['Bob', 'Builder'])
  expect([await names.delete('job'), await names.delete('job'), await names.has('job'), await names.get('job')]).toEqual([true, false, false, undefined])
  expect(await names.toObject()).toEqual({ name: 'Bob' })
})

// CPython: _TestMyManager.common
test('what is not exposed is refused by its name', async () => {
  const account = await manager.create(Account, 'Cleo')
  expectTypeOf(account).toEqualTypeOf<Remote<Account>>()
  expectTypeOf(account.add).toEqualTypeOf<(amount: number) => Promise<number>>()
  expectTypeOf(account).not.toHaveProperty('_secret')
  expect(account).toBeInstanceOf(RemoteObject)
  const untyped = account as unknown as Account
  expect([untyped.owner, untyped.rich]).toEqual([undefined, undefined])
  await expect((async () => untyped._secret())()).rejects.toThrow(new TypeError('the method `_secret` of `Account` is not exposed: those are add, later, history, hidden, unsendable'))
  const narrow = await manager.with({ exposed: ['add', '_secret'] }).create(Account, 'Dora')
  expect([await narrow.add(1), await narrow._secret()]).toEqual([1, 'Dora says nothing'])
  await expect((async () => (narrow as unknown as Account).later())()).rejects.toThrow('the method `later` of `Account` is not exposed: those are add, _secret')
  await expect(manager.with({ exposed: ['missing' as 'add'] }).create(Account, 'Eve')).rejects.toThrow(new TypeError('exposed: `Account` has no method `missing`'))
})

// CPython: _TestMyManager.common, its baz()
test('a generator stays in the manager and is iterated from anywhere', async () => {
  const account = await manager.create(Account, 'Finn')
  const squares = await account.history(10)
  expect(squares).toBeInstanceOf(IteratorProxy)
  expectTypeOf(squares).toEqualTypeOf<IteratorProxy<number>>()
  expect(await squares.next()).toEqual({ done: false, value: 0 })
  expect(await pools.processes.submit(async (rest: typeof squares) => (await rest.next()).value, squares)).toBe(1)
  const seen: number[] = []
  for await (const square of squares) {
    seen.push(square)
    if (square === 16) break
  }
  expect(seen).toEqual([4, 9, 16])
  expect(await squares.next()).toEqual({ done: true, value: undefined })
})

test('what cannot be made or sent fails its own call, and the others go on', async () => {
  class Fails {
    constructor() {
      throw new Broke('at once')
    }
    run(): void {}
  }
  await expect(manager.create(Fails)).rejects.toBeInstanceOf(Broke)
  await expect(manager.create((() => 5) as unknown as () => object)).rejects.toThrow('a manager keeps objects, got 5')
  const account = await manager.create(async (name: string) => new Account(name), 'Gina')
  await expect(account.unsendable()).rejects.toMatchObject({ name: 'SerializationError', message: expect.stringContaining('it is a Promise') as string })
  const list = await manager.list()
  await expect(list.push(new WeakMap())).rejects.toMatchObject({ name: 'SerializationError' })
  await expect(pools.threads.submit((given: unknown) => given, manager)).rejects.toThrow('a Manager stays with the thread that created it')
  await list.push((x: number) => x + 1)
  expect(((await list.at(0)) as (x: number) => number)(1)).toBe(2)
  expect(await account.add(1)).toBe(1)
})

test('an error that cannot be sent is told by its name and message', async () => {
  const broken = (): never => {
    throw Object.assign(new Broke('badly'), { cache: new WeakMap() })
  }
  const object = await manager.create(() => ({ run: broken }))
  await expect(object.run()).rejects.toMatchObject({ name: 'SerializationError', message: expect.stringMatching(/^the method failed with Broke: badly, and that error cannot be sent back as it is: .*WeakMap/) as string })
  await expect(Manager.create({ initializer: broken })).rejects.toMatchObject({ message: expect.stringContaining('the initializer failed with Broke: badly') as string })
})

test('an object in the manager uses proxies as everyone does: it iterates, and gets copies', async () => {
  const [list, dict] = await Promise.all([manager.list([{ n: 1 }]), manager.dict([['a', 1]])])
  const object = await manager.create((items: ListProxy<{ n: number }>, names: DictProxy<string, number>) => ({
    all: () => Array.fromAsync(names),
    async change() {
      const item = await items.at(0)
      if (item !== undefined) item.n = 2
      const given = { n: 3 }
      await items.push(given)
      given.n = 4
    },
  }), list, dict)
  expect(await object.all()).toEqual([['a', 1]])
  await object.change()
  expect(await list.toArray()).toEqual([{ n: 1 }, { n: 3 }])
})

test('an iterator that is an item stays what it is', async () => {
  class Countdown {
    left = 2
    next(): IteratorResult<number> {
      return this.left === 0 ? { done: true, value: undefined } : { done: false, value: this.left-- }
    }
    [Symbol.iterator](): this {
      return this
    }
  }
  const account = await manager.create(Account, 'Hal')
  const history = await account.history(3)
  const list = await manager.list([history, new Countdown()])
  expect(await list.at(0)).toBe(history)
  const item = await list.at(1)
  expect(item).toBeInstanceOf(Countdown)
  expect([...(item as Countdown)]).toEqual([2, 1])
})

test('a proxy is no promise, whatever the methods of its object are called', async () => {
  class Thenable {
    then(resolve: (value: number) => void): void {
      resolve(5)
    }
    toString(): string {
      return 'text'
    }
    value(): number {
      return 1
    }
  }
  const object = await manager.create(Thenable)
  expect('then' in object).toBe(false)
  expectTypeOf(object).not.toHaveProperty('then')
  expect([await object.value(), await object.toString()]).toEqual([1, 'text'])
  await expect(manager.with({ exposed: ['then'] }).create(Thenable)).rejects.toThrow(new TypeError('exposed: `Thenable` has no method `then`'))
})

test.each(['constructor', '__proto__', 'hasOwnProperty', '__defineGetter__', 'next'])('what everything inherits cannot be called: %s', async name => {
  const [object, list] = await Promise.all([manager.create(Account, 'Ida'), manager.list()])
  for (const proxy of [object as RemoteObject, list]) await expect(proxy[callMethod](name, 'a', () => 1)).rejects.toThrow(TypeError)
})

test('strangers and nonsense neither reach the objects nor end the manager', async () => {
  const list = await manager.list([1])
  const { server } = list[replace]('processes', () => {})
  expect(statSync(server.address).mode & 0o777).toBe(0o600)
  for (const file of ['environ', 'cmdline']) expect(readFileSync(`/proc/${manager.pid}/${file}`).includes(Buffer.from(server.key).toString('hex'))).toBe(false)
  for (const bytes of [randomBytes(500), Buffer.from('mhc1'), Buffer.alloc(0)]) {
    const socket = createConnection(server.address)
    socket.end(bytes).resume()
    await once(socket, 'close')
  }
  await expect(connect(server.address)).rejects.toMatchObject({ name: 'AuthenticationError' })
  await expect(connect(server.address, { authKey: randomBytes(32) })).rejects.toMatchObject({ name: 'AuthenticationError' })
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
  const elsewhere = pools.processes.submit(async () => {
    const call = stuck.wait()
    await list.push(2)
    await call
  })
  while ((await list.length()) < 2);
  process.kill(own.pid as number, 'SIGKILL')
  const error = await waiting.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConnectionClosedError)
  expect(error).toMatchObject({ message: expect.stringContaining('the process of the manager has ended') as string, cause: { name: 'WorkerExitedError', signal: 'SIGKILL', pid: own.pid } })
  expect(await elsewhere.exception()).toMatchObject({ name: 'ConnectionClosedError' })
  await expect(list.length()).rejects.toMatchObject({ name: 'ConnectionClosedError', cause: { signal: 'SIGKILL' } })
  await expect(own.dict()).rejects.toBeInstanceOf(ConnectionClosedError)
  await expect(pools.processes.submit(() => list.length())).rejects.toMatchObject({ name: 'ConnectionClosedError' })
  await own.shutdown()
})

// CPython: _TestManagerRestart.test_rapid_restart
test('a manager that was shut down is followed by another at once', async () => {
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
test('an initializer runs first, and what it throws is thrown by create', async () => {
  await using own = await Manager.create({
    initializer: (value: number) => {
      ;(globalThis as { initialized?: number }).initialized = value
    },
    args: [7],
  })
  const seen = await own.create(() => ({ value: () => (globalThis as { initialized?: number }).initialized }))
  expect(await seen.value()).toBe(7)
  await expect(Manager.create({ initializer: 1 as unknown as () => void })).rejects.toThrow(new TypeError('initializer must be a function, got 1'))
  await expect(
    Manager.create({
      initializer: () => {
        throw new Broke('not today')
      },
    }),
  ).rejects.toBeInstanceOf(Broke)
  await expect(Manager.create({ initializer: () => process.exit(3) })).rejects.toMatchObject({ name: 'WorkerExitedError', exitCode: 3 })
})

test('the process of a manager goes on after Ctrl-C', async () => {
  const list = await manager.list([1])
  process.kill(manager.pid as number, 'SIGINT')
  expect(await list.length()).toBe(1)
})

// In a program of its own, as a test runner holds what its assertions were given.
// Node 22 and 24 hold on to what the last task was given until there is another one.
test.runIf(Number(process.versions.node.split('.')[0]) >= 26)('nothing holds an object whose message was not made after all, or whose worker ends at once', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, join(import.meta.dirname, 'programs/proxies-let-go.ts')])
  expect(stdout.trim().split('\n')).toEqual(['argument', 'result of a method', 'queue', 'task', 'result of a task', 'process', 'thread workers', 'process workers'])
})

test('a program that forgets its manager ends, and the process with it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, join(import.meta.dirname, 'programs/forgotten-manager.ts')])
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
