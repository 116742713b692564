import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import {
  type DictProxy,
  IteratorProxy,
  type ListProxy,
  Manager,
  ProcessPoolExecutor,
  type Remote,
  RemoteObject,
  ThreadPoolExecutor,
} from '../../src/index.ts'
import { call as callMethod } from '../../src/remote/managed.ts'
import { Account, Broke } from '../support/account.ts'

let manager: Manager
beforeAll(async () => {
  manager = await Manager.create()
})
const pools = {
  threads: new ThreadPoolExecutor({ maxWorkers: 1 }),
  processes: new ProcessPoolExecutor({ maxWorkers: 1 }),
}
afterAll(async () => {
  await Promise.all([pools.threads.shutdown(), pools.processes.shutdown(), manager.shutdown()])
})

// CPython: _TestMyManager.common
test('G06 what is not exposed is refused by its name', async () => {
  const account = await manager.create(Account, 'Cleo')
  expectTypeOf(account).toEqualTypeOf<Remote<Account>>()
  expectTypeOf(account.add).toEqualTypeOf<(amount: number) => Promise<number>>()
  expectTypeOf(account).not.toHaveProperty('_secret')
  expect(account).toBeInstanceOf(RemoteObject)
  const untyped = account as unknown as Account
  expect([untyped.owner, untyped.rich]).toEqual([undefined, undefined])
  await expect((async () => untyped._secret())()).rejects.toThrow(
    new TypeError(
      'the method `_secret` of `Account` is not exposed: those are add, later, history, hidden, unsendable',
    ),
  )
  const narrow = await manager.with({ exposed: ['add', '_secret'] }).create(Account, 'Dora')
  expect([await narrow.add(1), await narrow._secret()]).toEqual([1, 'Dora says nothing'])
  await expect((async () => (narrow as unknown as Account).later())()).rejects.toThrow(
    'the method `later` of `Account` is not exposed: those are add, _secret',
  )
  await expect(manager.with({ exposed: ['missing' as 'add'] }).create(Account, 'Eve')).rejects.toThrow(
    new TypeError('exposed: `Account` has no method `missing`'),
  )
})

// CPython: _TestMyManager.common, its baz()
test('G06 a generator stays in the manager and is iterated from anywhere', async () => {
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
  await expect(account.unsendable()).rejects.toMatchObject({
    name: 'SerializationError',
    message: expect.stringContaining('it is a Promise') as string,
  })
  const list = await manager.list()
  await expect(list.push(new WeakRef({}))).rejects.toMatchObject({ name: 'SerializationError' })
  await expect(pools.threads.submit((given: unknown) => given, manager)).rejects.toThrow(
    'a Manager stays with the thread that created it',
  )
  await list.push((x: number) => x + 1)
  expect(((await list.at(0)) as (x: number) => number)(1)).toBe(2)
  expect(await account.add(1)).toBe(1)
})

test('an error arrives without what cannot travel', async () => {
  const broken = (): never => {
    throw Object.assign(new Broke('badly'), { cache: new WeakRef({}) })
  }
  const object = await manager.create(() => ({ run: broken }))
  const error = await object.run().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Broke)
  expect(error).toMatchObject({
    message: 'badly',
    unsendable: ['.cache: it is a WeakRef'],
  })
  await expect(Manager.create({ initializer: broken })).rejects.toMatchObject({
    message: expect.stringContaining('the initializer failed with Broke: badly') as string,
  })
})

test('an object in the manager uses proxies as everyone does: it iterates, and gets copies', async () => {
  const [list, dict] = await Promise.all([manager.list([{ n: 1 }]), manager.dict([['a', 1]])])
  const object = await manager.create(
    (items: ListProxy<{ n: number }>, names: DictProxy<string, number>) => ({
      all: () => Array.fromAsync(names),
      async change() {
        const item = await items.at(0)
        if (item !== undefined) item.n = 2
        const given = { n: 3 }
        await items.push(given)
        given.n = 4
      },
    }),
    list,
    dict,
  )
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
  await expect(manager.with({ exposed: ['then'] }).create(Thenable)).rejects.toThrow(
    new TypeError('exposed: `Thenable` has no method `then`'),
  )
})

test.each(['constructor', '__proto__', 'hasOwnProperty', '__defineGetter__', 'next'])(
  'what everything inherits cannot be called: %s',
  async name => {
    const [object, list] = await Promise.all([manager.create(Account, 'Ida'), manager.list()])
    for (const proxy of [object as RemoteObject, list]) {
      await expect(proxy[callMethod](name, 'a', () => 1)).rejects.toThrow(TypeError)
    }
  },
)
