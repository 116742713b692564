import { afterEach, describe, expect, test } from 'vitest'
import {
  type ExecutorOptions,
  ForkServerProcess,
  ProcessPoolExecutor,
  SpawnProcess,
  ThreadPoolExecutor,
} from '../src/index.ts'
import { REPLY } from '../src/protocol/messages.ts'
import { increment } from './tasks/work.ts'

// The code of a task sends messages to its parent, or listens for some: nobody is there for them, and the pool is not
// harmed.

const messages: readonly unknown[] = [
  'ready',
  { any: 1 },
  null,
  undefined,
  [],
  [1, 2],
  [2, 3, 4],
  [0],
  [7],
  7,
  true,
  [null],
  { 0: 2 },
  [String(REPLY)],
  new Map([[0, 2]]),
]

describe('messages of the code of tasks', () => {
  const open: (ProcessPoolExecutor | ThreadPoolExecutor)[] = []
  const processes = (options: ExecutorOptions = {}): ProcessPoolExecutor => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 1, ...options })
    open.push(pool)
    return pool
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map(pool => pool.terminate()))
  })

  test('process.send in a task, in an initializer and after a task is heard by nobody', async () => {
    const initializer = (all: readonly unknown[]): void => {
      for (const message of all) if (message !== undefined) process.send?.(message)
    }
    const pool = processes({ initializer, initializerArgs: [messages] })
    const sends = (message: unknown): string => {
      if (message !== undefined) process.send?.(message)
      setImmediate(() => process.send?.(message ?? null))
      return 'sent'
    }
    for (const message of messages) {
      expect(await pool.submit(sends, message)).toBe('sent')
      expect(await pool.submit(increment, 1)).toBe(2)
    }
  })

  test.each([SpawnProcess, ForkServerProcess])('process.send in a process is heard by nobody (%o)', async Kind => {
    const target = (all: readonly unknown[]): void => {
      for (const message of all) if (message !== undefined) process.send?.(message)
    }
    const child = new Kind({ target, args: [messages] })
    await child.start()
    expect(await child.join()).toMatchObject({ exitCode: 0 })
  })

  test('parentPort.postMessage in a thread is heard by nobody', async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
    open.push(pool)
    const posts = (message: unknown): string => {
      process.getBuiltinModule('node:worker_threads').parentPort?.postMessage(message)
      return 'posted'
    }
    for (const message of messages) {
      expect([await pool.submit(posts, message), await pool.submit(increment, 1)]).toEqual(['posted', 2])
    }
  })

  test(
    'a listener that an initializer adds takes no message from the pool, and what it sends back is heard by ' +
      'nobody',
    async () => {
      const initializer = async (): Promise<void> => {
        process.on('message', message => process.send?.(message))
        await new Promise(resolve => setTimeout(resolve, 20))
      }
      const pool = processes({ initializer })
      expect(await Promise.all([1, 2, 3].map(n => pool.submit(increment, n)))).toEqual([2, 3, 4])
      expect(await pool.submit(increment, 4)).toBe(5)
    },
  )

  test('what the code of a task emits as a message is none', async () => {
    const pool = processes()
    const emits = (all: readonly unknown[]): number =>
      all.filter(message => process.emit('message', message, undefined)).length
    expect(await pool.submit(emits, messages)).toBe(messages.length)
    expect(await pool.submit(increment, 1)).toBe(2)
  })
})
