import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '../src/index.ts'

// What fake timers, promise libraries and careless code do to the globals of a worker.
const sabotage: Readonly<Record<string, () => void>> = {
  'a message that is null': () => void process.send?.(null),
  'no listeners for messages': () => void process.removeAllListeners('message'),
  'no listeners at all': () => void process.removeAllListeners(),
  'each listener removed': () => {
    for (const event of ['message', 'disconnect'] as const) {
      for (const listener of process.listeners(event as 'message')) process.off(event, listener)
    }
  },
  'no process.send': () => void (process.send = undefined as never),
  'a fake nextTick': () => void (process.nextTick = () => {}),
  'a fake queueMicrotask': () => void (globalThis.queueMicrotask = () => {}),
  'fake timers': () => {
    Object.assign(globalThis, { setTimeout: () => 0, setImmediate: () => 0, setInterval: () => 0, clearTimeout() {} })
    performance.now = () => 0
  },
  'another Promise': () => void (globalThis.Promise = class {} as never),
  'a property of all objects': () => void Object.assign(Object.prototype, { inherited: 1 }),
}

class Box {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

describe.each([
  ['threads', ThreadPoolExecutor],
  ['processes', ProcessPoolExecutor],
] as const)('%s', (_, Executor) => {
  test.for(Object.entries(sabotage))('a worker goes on with %s', async ([, spoil]) => {
    const pool = new Executor({ maxWorkers: 1 })
    const { pid } = await pool.submit(() => ({ pid: process.pid }))
    await pool.submit(spoil)
    const offset = 1
    expect(await pool.submit((x: number) => x + offset, 1)).toBe(2)
    const boxes = await Promise.all([1, 2, 3].map(n => pool.submit(async (x: number) => new Box(x), n)))
    expect(boxes).toEqual([new Box(1), new Box(2), new Box(3)])
    const fails = (): never => {
      throw new RangeError('of the task')
    }
    await expect(pool.submit(fails)).rejects.toThrow(RangeError)
    expect(await pool.submit(() => process.pid)).toBe(pid)
    await pool.shutdown()
  })
})

describe('fake timers of a test', () => {
  afterEach(() => vi.useRealTimers())

  test.each([ThreadPoolExecutor, ProcessPoolExecutor])('do not stop a %o', async Executor => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'setInterval', 'queueMicrotask', 'performance', 'Date'] })
    const pool = new Executor({ maxWorkers: 1 })
    expect(await Promise.all([1, 2].map(n => pool.submit((x: number) => x * 2, n)))).toEqual([2, 4])
    const endless = (): void => {
      for (;;);
    }
    await expect(pool.with({ timeoutMs: 20 }).submit(endless)).rejects.toMatchObject({ name: 'TaskTimeoutError' })
    await pool.shutdown()
    await turn()
  })
})
