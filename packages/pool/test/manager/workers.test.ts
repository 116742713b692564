import { BoundedSemaphore, JoinableQueue, Lock, Queue } from '@manyhands/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ListProxy, Manager, Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from '../../src/index.ts'
import { Account, Broke } from '../support/account.ts'

let manager: Manager
const pools = {
  threads: new ThreadPoolExecutor({ maxWorkers: 2 }),
  processes: new ProcessPoolExecutor({ maxWorkers: 2 }),
}
beforeAll(async () => {
  manager = await Manager.create()
})
afterAll(async () => {
  await Promise.all([pools.threads.shutdown(), pools.processes.shutdown(), manager.shutdown()])
})

describe.each(['threads', 'processes'] as const)('with workers that are %s', kind => {
  const pool = pools[kind]

  // CPython: TestSyncManagerTypes.test_list, test_dict, test_set, test_namespace
  test('G01 what a worker changes is seen here, in each kind of container', async () => {
    const [list, dict, set, names] = await Promise.all([
      manager.list([4, 5]),
      manager.dict<string, number>(),
      manager.set<number>([1]),
      manager.namespace<{ x?: number; y: string }>({ x: 1 }),
    ])
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
    expect(await dict.toMap()).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
    expect(await set.toSet()).toEqual(new Set([2]))
    expect(await names.toObject()).toEqual({ y: 'ten' })
  })

  // CPython: TestSyncManagerTypes.test_queue, test_joinable_queue, test_lock, test_rlock, test_semaphore,
  // test_bounded_semaphore, test_condition, test_event, test_barrier
  test('G01 primitives of a manager are those of core, for processes', async () => {
    const [queue, joinable, lock, semaphore, condition, event, barrier] = [
      manager.queue<string>(),
      manager.joinableQueue<number>(),
      manager.lock(),
      manager.semaphore(0),
      manager.condition(),
      manager.event(),
      manager.barrier(2),
    ]
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
  test('G02 lists in a list are the same lists', async () => {
    const outer = await manager.list<ListProxy<number>>()
    const inners = await Promise.all([0, 1, 2].map(i => manager.list([i])))
    await outer.extend(inners)
    await pool.submit(async () => {
      for await (const inner of outer) await inner.push(55)
      await (await outer.at(-1))?.push(88)
    })
    expect(await Promise.all(inners.map(inner => inner.toArray()))).toEqual([
      [0, 55],
      [1, 55],
      [2, 55, 88],
    ])
    const again = await manager.list(await outer.toArray())
    await (await again.at(0))?.push(9)
    expect(await inners[0]?.toArray()).toEqual([0, 55, 9])
  })

  // CPython: _TestQueue.test_nested_queue
  test('G04 queues are in lists and dictionaries', async () => {
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
  test('G06 public methods of an object are called, and what they throw is thrown here', async () => {
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
      const grandchild = new Inner({
        target: async (again: ListProxy<string>) => void (await again.push('grandchild')),
        args: [shared] as const,
      })
      await grandchild.start()
      await grandchild.join()
    },
    args: [list, Kind] as const,
  })
  await child.start()
  expect(await child.join()).toMatchObject({ exitCode: 0 })
  expect(await list.toArray()).toEqual(['child', 'grandchild'])
})
