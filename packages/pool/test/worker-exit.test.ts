import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrokenPoolError, WorkerExitedError } from '@manyhands/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type ExecutorOptions, ProcessPoolExecutor, ThreadPoolExecutor, type WorkerExecutor } from '../src/index.ts'
import {
  exhaustHeap,
  exit,
  exitAtThree,
  exitOnce,
  increment,
  killMyself,
  meet,
  noteAndExit,
  throwInTimer,
  waitForLength,
} from './tasks/work.ts'

const kinds = {
  threads: (options: ExecutorOptions) => new ThreadPoolExecutor(options),
  processes: (options: ExecutorOptions) => new ProcessPoolExecutor(options),
} as const
type Kind = keyof typeof kinds

/** The ways in which a worker can go, and what is seen of them. */
interface Death {
  readonly name: string
  readonly on: readonly Kind[]
  readonly die: (pool: WorkerExecutor) => Promise<unknown>
  readonly exitCode?: number | null
  readonly signal?: string
}

const deaths: readonly Death[] = [
  { name: 'process.exit(0)', on: ['threads', 'processes'], die: pool => pool.submit(exit, 0), exitCode: 0 },
  { name: 'process.exit(3)', on: ['threads', 'processes'], die: pool => pool.submit(exit, 3), exitCode: 3 },
  {
    name: 'throw in a timer',
    on: ['threads', 'processes'],
    die: pool => pool.submit(throwInTimer, 'late'),
    exitCode: 1,
  },
  { name: 'heap exhaustion', on: ['threads', 'processes'], die: pool => pool.submit(exhaustHeap) },
  {
    name: 'SIGKILL',
    on: ['processes'],
    die: pool => pool.submit(killMyself, 'SIGKILL'),
    exitCode: null,
    signal: 'SIGKILL',
  },
  {
    name: 'SIGSEGV',
    on: ['processes'],
    die: pool => pool.submit(killMyself, 'SIGSEGV'),
    exitCode: null,
    signal: 'SIGSEGV',
  },
]

const open: WorkerExecutor[] = []
const create = (kind: Kind, options: ExecutorOptions = {}): WorkerExecutor => {
  const pool = kinds[kind]({ maxWorkers: 1, resourceLimits: { maxOldGenerationSizeMb: 48 }, ...options })
  open.push(pool)
  return pool
}
const folders: string[] = []
/** A path where nothing is yet. */
const temporaryFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'manyhands-'))
  folders.push(folder)
  return join(folder, 'file')
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe.for(['threads', 'processes'] as const)('%s', kind => {
  describe.for(deaths.filter(death => death.on.includes(kind)))('$name', ({ die, exitCode, signal }) => {
    test('in a task: it fails, what waits goes on with a new worker', async () => {
      const pool = create(kind)
      const fatal = die(pool)
      const waiting = [1, 2, 3].map(n => pool.submit(increment, n))
      const error = (await fatal.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )) as WorkerExitedError
      expect(error).toBeInstanceOf(WorkerExitedError)
      expect(error.maybeRan).toBe(true)
      if (exitCode !== undefined) expect(error.exitCode).toBe(exitCode)
      if (signal !== undefined) expect(error.signal).toBe(signal)
      if (kind === 'processes') expect(error.pid).toBeGreaterThan(0)
      else expect(error.threadId).toBeGreaterThan(0)
      expect(await Promise.all(waiting)).toEqual([2, 3, 4])
    })

    test('in the first task that a worker ever had', async () => {
      await expect(die(create(kind))).rejects.toBeInstanceOf(WorkerExitedError)
    })

    // CPython: test_killed_child
    test("F27 with onWorkerExit 'break' every pending future fails with an error of its own", async () => {
      const pool = create(kind, { onWorkerExit: 'break' })
      await pool.submit(increment, 1)
      const futures = [die(pool), ...[1, 2, 3].map(n => pool.submit(increment, n))]
      const errors = await Promise.all(
        futures.map(future =>
          future.then(
            () => undefined,
            (thrown: unknown) => thrown as Error,
          ),
        ),
      )
      expect(new Set(errors).size).toBe(4)
      for (const error of errors) {
        expect(error).toBeInstanceOf(BrokenPoolError)
        expect(error?.cause).toBeInstanceOf(WorkerExitedError)
      }
      expect(() => pool.submit(increment, 1)).toThrow(BrokenPoolError)
    })
  })

  test('terminated from outside while idle: the next task gets a new worker', async () => {
    const pool = create(kind)
    const suicide = await pool.submit(() => {
      setTimeout(() => process.exit(0), 5)
      return 'soon'
    })
    expect(suicide).toBe('soon')
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const listener = (message: unknown): void => resolve(message)
    subscribe('manyhands:worker-exit', listener)
    await promise
    unsubscribe('manyhands:worker-exit', listener)
    expect(await pool.submit(increment, 1)).toBe(2)
  })

  test('an uncaught error of an idle worker becomes a warning', async () => {
    const pool = create(kind)
    const warned = new Promise<Error>(resolve => process.once('warning', resolve))
    await pool.submit(() => {
      setTimeout(() => {
        throw new RangeError('left behind')
      }, 5)
    })
    expect((await warned).message).toMatch(/it was idle: no task is lost/)
    expect(await pool.submit(increment, 1)).toBe(2)
  })

  test('between the tasks of a batch: finished ones keep their results, later ones run', async () => {
    const pool = create(kind)
    // Warm: only functions of known cost share a message.
    await Promise.all(Array.from({ length: 200 }, () => pool.submit(exitAtThree, 1)))
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6, 7].map(n => pool.submit(exitAtThree, n)))
    const failed = outcomes.flatMap((outcome, i) => (outcome.status === 'rejected' ? [i] : []))
    expect(failed).toContain(3)
    for (const i of failed) {
      expect((outcomes[i] as PromiseRejectedResult).reason).toMatchObject({
        name: 'WorkerExitedError',
        exitCode: 7,
        maybeRan: true,
      })
    }
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(i * 10)
    }
    // The index of the running task was left behind: only the culprit fails.
    expect(failed).toEqual([3])
  })

  test("with onWorkerExit 'retry' a task ends after three exits", async () => {
    const pool = create(kind, { onWorkerExit: 'retry' })
    let exits = 0
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const count = (): void => void exits++
    subscribe('manyhands:worker-exit', count)
    await expect(pool.submit(exit, 2)).rejects.toBeInstanceOf(WorkerExitedError)
    unsubscribe('manyhands:worker-exit', count)
    expect(exits).toBe(3)
    expect(await pool.submit(increment, 1)).toBe(2)
  })

  test("with onWorkerExit 'retry' one exit counts once for each task that it may have hit", async () => {
    const pool = create(kind, { onWorkerExit: 'retry' })
    const mark = temporaryFile()
    const outcomes: unknown[] = []
    await new Promise<void>(resolve => {
      const sink = {
        onValue: (_: number, value: unknown) => outcomes.push(value),
        onError: (_: number, error: unknown) => outcomes.push(error),
        onDone: () => resolve(),
      }
      pool.submitBatch({ fn: exitOnce, items: [mark, mark, mark, mark, mark], firstIndex: 0 }, sink)
    })
    expect(outcomes).toEqual([0, 1, 2, 3, 4])
  })

  test('a message that a worker cannot take in fails its task and does not end worker after worker', async () => {
    const pool = create(kind, { resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } })
    const waiting = pool.submit(
      (list: unknown[]) => list.length,
      Array.from({ length: 1_000_000 }, (_, i) => ({ i })),
    )
    expect(await waiting.exception()).toBeInstanceOf(WorkerExitedError)
    expect(await pool.submit(increment, 1)).toBe(2)
  })

  test('starts that failed before one that succeeded do not count', async () => {
    const log = temporaryFile()
    const pool = create(kind, {
      maxWorkers: 2,
      initializer: (path: string) => {
        const fs = process.getBuiltinModule('node:fs')
        fs.appendFileSync(path, 'x')
        if (![4, 8].includes(fs.readFileSync(path).length)) throw new RangeError('not yet')
      },
      initializerArgs: [log],
    })
    expect(await pool.submit(increment, 1)).toBe(2)
    // Each waits for the other, so a second worker must come.
    const flags = new Int32Array(new SharedArrayBuffer(8))
    if (kind === 'threads') await Promise.all([0, 1].map(i => pool.submit(meet, flags, i)))
    else await Promise.all([1, 2].map(() => pool.submit(waitForLength, log, 8)))
    expect(readFileSync(log).length).toBe(8)
  })

  test('the last lines of stderr are in the error', async () => {
    const pool = create(kind)
    const { complain } = await import('./tasks/work.ts')
    const error = (await pool.submit(complain, 'the disk is on fire').exception()) as WorkerExitedError
    if (kind === 'processes') expect(error.stderr).toContain('the disk is on fire')
    expect(error.exitCode).toBe(9)
  })

  test('an initializer that throws ends its worker, whatever it has left open', async () => {
    const pool = create(kind, {
      initializer: () => {
        setInterval(() => {}, 1000)
        throw new RangeError('no licence')
      },
    })
    expect(await pool.submit(increment, 1).exception()).toBeInstanceOf(BrokenPoolError)
  })

  test('twenty deaths in a row lose no task and no worker', async () => {
    const pool = create(kind, { maxWorkers: 2 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? pool.submit(exit, 4) : pool.submit(increment, i))),
    )
    outcomes.forEach((outcome, i) => {
      if (i % 3 === 0) expect(outcome).toMatchObject({ status: 'rejected', reason: { exitCode: 4 } })
      else expect(outcome).toEqual({ status: 'fulfilled', value: i + 1 })
    })
  })
})

test('a process that exits in a batch before its answer to the last was read: neither runs again', async () => {
  const pool = create('processes')
  const log = temporaryFile()
  // Warm: only cheap functions are sent ahead.
  await Promise.all(Array.from({ length: 500 }, () => pool.submit(noteAndExit, 'warm', log)))
  const run = (what: string): Promise<unknown[]> => {
    const outcomes: unknown[] = []
    return new Promise(resolve => {
      const sink = {
        onValue: (_: number, value: unknown) => outcomes.push(value),
        onError: (_: number, error: unknown) => outcomes.push((error as Error).name),
        onDone: () => resolve(outcomes),
      }
      pool.submitBatch({ calls: [{ fn: noteAndExit, args: [what, log] }] }, sink)
    })
  }
  const [large, exits] = await Promise.all([run('large'), run('exit')])
  expect(large?.[0]).toHaveProperty('byteLength', 3 << 20)
  expect(exits).toEqual(['WorkerExitedError'])
  expect(readFileSync(log, 'utf8')).toBe('large\nexit\n')
})

test('a process that goes while several tasks run in it: none of them runs again', async () => {
  const pool = create('processes', { concurrency: 4 })
  const log = temporaryFile()
  const outcomes = await Promise.allSettled(['a', 'b', 'exit late'].map(what => pool.submit(noteAndExit, what, log)))
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(readFileSync(log, 'utf8')).toBe('a\nb\nexit late\n')
})
