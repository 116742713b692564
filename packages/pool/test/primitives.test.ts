import { readFileSync } from 'node:fs'
import {
  type Across,
  Barrier,
  Condition,
  JoinableQueue,
  Lock,
  Queue,
  Region,
  RLock,
  Semaphore,
  SharedEvent,
  SimpleQueue,
} from '@manyhands/core'
import { afterAll, describe, expect, test } from 'vitest'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '../src/index.ts'

const pools = {
  threads: new ThreadPoolExecutor({ maxWorkers: 2 }),
  processes: new ProcessPoolExecutor({ maxWorkers: 2 }),
}
afterAll(() => Promise.all([pools.threads.terminate(), pools.processes.terminate()]))

describe.each<Across>(['threads', 'processes'])('in tasks on %s', kind => {
  const pool = pools[kind]

  test('a lock guards what they count, captured or as an argument', async () => {
    const lock = new Lock({ across: kind })
    const region = Region.create(8, { across: kind })
    const count = (given: Lock): void => {
      const words = new Int32Array(region.buffer)
      for (let i = 0; i < 500; i++) {
        const guard = (i % 2 === 0 ? lock : given).acquireSync()
        words[0] = (words[0] ?? 0) + 1
        guard.release()
      }
    }
    await Promise.all(Array.from({ length: 4 }, () => pool.submit(count, lock)))
    expect(new Int32Array(region.buffer)[0]).toBe(2000)
  })

  test('the others work as well, and what the main thread waits for is heard of', async () => {
    const [event, semaphore, barrier, condition] = [
      new SharedEvent({ across: kind }),
      new Semaphore(0, { across: kind }),
      new Barrier(3, { across: kind }),
      new Condition({ lock: new RLock({ across: kind }) }),
    ]
    const task = (): number => {
      event.waitSync()
      semaphore.release()
      condition.runExclusiveSync(() => condition.notify())
      return barrier.waitSync()
    }
    const futures = [pool.submit(task), pool.submit(task)]
    const notified = condition.runExclusive(() => {
      event.set()
      return condition.wait()
    })
    await semaphore.acquire()
    await semaphore.acquire()
    expect(await notified).toBe(true)
    expect([await barrier.wait(), ...(await Promise.all(futures))].toSorted((a, b) => a - b)).toEqual([0, 1, 2])
  })

  test('queues carry whatever tasks can be given: functions, instances, locks', async () => {
    class Job {
      readonly name: string
      constructor(name: string) {
        this.name = name
      }
      greet(): string {
        return `hello ${this.name}`
      }
    }
    const [jobs, results] = [
      new JoinableQueue<(() => string) | Job | Lock>({ across: kind, maxSize: 2 }),
      new Queue<string | Job>({ across: kind }),
    ]
    const lock = new Lock({ across: 'processes' })
    const worker = pool.submit(async () => {
      for await (const job of jobs) {
        if (typeof job === 'function') await results.put(job())
        else if (job instanceof Lock) await results.put(String(job.locked))
        else {
          await results.put(job.greet())
          await results.put(job)
        }
        jobs.taskDone()
      }
      return 'ended'
    })
    const suffix = '!'
    await jobs.put(() => `captured ${suffix}`)
    await jobs.put(new Job('worker'))
    await jobs.put(lock)
    await jobs.join()
    jobs.shutdown()
    expect(await worker).toBe('ended')
    expect([await results.get(), await results.get()]).toEqual(['captured !', 'hello worker'])
    const back = await results.get()
    expect([back instanceof Job, (back as Job).name, await results.get()]).toEqual([true, 'worker', 'false'])
  })

  test('a SimpleQueue, blocking in the worker', async () => {
    const [to, from] = [new SimpleQueue<number>({ across: kind }), new SimpleQueue<number>({ across: kind })]
    const worker = pool.submit(
      (a: SimpleQueue<number>, b: SimpleQueue<number>) => {
        for (let item = a.getSync(); item >= 0; item = a.getSync()) b.putSync(item * 2)
      },
      to,
      from,
    )
    for (const item of [1, 2, 3, -1]) await to.put(item)
    expect([await from.get(), await from.get(), await from.get()]).toEqual([2, 4, 6])
    await worker
  })

  test('a worker that exits while it holds a lock has it taken over', async () => {
    const lock = new Lock({ across: kind })
    const dies = pool.submit((held: Lock) => {
      held.acquireSync()
      process.exit(0)
    }, lock)
    await expect(dies).rejects.toThrow(expect.objectContaining({ name: 'WorkerExitedError' }))
    const guard = await lock.acquire()
    expect(guard.ownerDied).toBe(true)
    guard.release()
    expect(await pool.submit((free: Lock) => free.tryAcquire() !== null, lock)).toBe(true)
  })
})

test('a lock of threads is refused to a process, with what to write', async () => {
  await expect(pools.processes.submit((lock: Lock) => lock.locked, new Lock())).rejects.toThrow(
    "it is a Lock that only threads share. Hint: create it with `new Lock({ across: 'processes' })`",
  )
  await expect(pools.processes.submit((semaphore: Semaphore) => semaphore.value, new Semaphore())).rejects.toThrow(
    "create it with `new Semaphore(permits, { across: 'processes' })`",
  )
})

test('a lock across processes is one for threads and processes', async () => {
  const lock = new Lock({ across: 'processes' })
  const guard = await lock.acquire()
  const locked = (given: Lock): boolean => given.locked
  expect([await pools.threads.submit(locked, lock), await pools.processes.submit(locked, lock)]).toEqual([true, true])
  guard.release()
})

test('a thread that is terminated leaves no memory mapped', async () => {
  const pages = 301
  /** Mappings of this process that are of that size. */
  const mapped = (): number =>
    readFileSync('/proc/self/maps', 'latin1')
      .split('\n')
      .map(line => /^([0-9a-f]+)-([0-9a-f]+) .*\/dev\/shm\//.exec(line))
      .filter(
        match =>
          match !== null && Number.parseInt(match[2] ?? '', 16) - Number.parseInt(match[1] ?? '', 16) === pages * 4096,
      ).length
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const region = Region.create(pages * 4096 - 100, { across: 'processes' })
  expect(mapped()).toBe(1)
  await pool.submit((given: Region) => void ((globalThis as unknown as { kept: Region }).kept = given), region)
  expect(mapped()).toBe(2)
  await pool.terminate()
  expect(mapped()).toBe(1)
  expect(region.closed).toBe(false)
})
