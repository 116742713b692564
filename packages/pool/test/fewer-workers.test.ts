import { expect, test } from 'vitest'
import { FunctionTable } from '../src/dispatch/function-table.ts'
import { Task } from '../src/dispatch/task.ts'
import { WorkerPool } from '../src/dispatch/worker-pool.ts'
import { childLineage } from '../src/here/child-lineage.ts'
import { ThreadChannel } from '../src/host/thread-channel.ts'
import { cpuCount } from '../src/index.ts'

// The second task waited for the end of the first, which may never come.
test('a worker that the system had no room for is tried again although the others stay busy', async () => {
  let starts = 0
  const pool = new WorkerPool({
    maxWorkers: 2,
    minWorkers: 0,
    idleTimeoutMs: Infinity,
    maxTasksPerChild: Infinity,
    maxQueue: Infinity,
    warnsOfGrowth: false,
    onDrain: () => {},
    onWorkerExit: 'fail-task',
    across: 'threads',
    ownDirectory: false,
    concurrency: 1,
    cores: cpuCount(),
    start: (options, events) => {
      if (++starts === 2) throw Object.assign(new Error('spawn EMFILE'), { code: 'EMFILE' })
      return new ThreadChannel(options, events)
    },
    channelOptions: id => ({
      init: {
        kind: 'thread',
        lineage: childLineage({ name: `worker-${id}`, daemon: false, startMethod: 'spawn' }),
        id,
        level: 1,
        concurrency: 1,
        spin: false,
        maxMemoryBytes: undefined,
        initializer: undefined,
      },
      resourceLimits: undefined,
    }),
  })
  const functions = new FunctionTable('threads', {}, pool)
  const submit = (fn: (...args: never[]) => unknown, ...args: readonly unknown[]): Promise<unknown> => {
    pool.admit()
    const task = new Task(functions.lookup(fn), args, undefined)
    pool.enqueue(task)
    return task.future
  }
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const first = submit((word: Int32Array) => Atomics.wait(word, 0, 0), flag)
  const second = submit((word: Int32Array) => {
    Atomics.store(word, 0, 1)
    return Atomics.notify(word, 0)
  }, flag)
  await Promise.all([first, second])
  expect(starts).toBe(3)
  await pool.close(false)
})
