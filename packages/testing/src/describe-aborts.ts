import { getEventListeners } from 'node:events'
import { CancelledError, TaskTimeoutError } from '@manyhands/base'
import type { ExecutorOptions, WorkerExecutor } from '@manyhands/pool'
import type { ExecutorSubject } from './executor-subject.ts'
import type { TestRunner } from './test-runner.ts'

/** How tasks of every executor are cancelled and aborted. `pool` returns the one of the running test. */
export function describeAborts(
  { describe, expect, test }: TestRunner,
  subject: ExecutorSubject,
  pool: () => WorkerExecutor,
): void {
  const { increment, burn, taskContext } = subject
  const create = (options?: ExecutorOptions): WorkerExecutor => subject.create(options)
  describe('cancel and abort', () => {
    test('cancel before dispatch leaves the worker idle', async () => {
      const future = pool().submit(increment, 1)
      expect(future.cancel()).toBe(true)
      expect(future.state).toBe('cancelled')
      await expect(future).rejects.toBeInstanceOf(CancelledError)
    })

    test('a cancelled task no longer listens to its signal', async () => {
      const { signal } = new AbortController()
      const future = pool().with({ signal }).submit(increment, 1)
      expect(getEventListeners(signal, 'abort').length).toBe(1)
      expect(future.cancel()).toBe(true)
      expect(getEventListeners(signal, 'abort').length).toBe(0)
      await expect(future).rejects.toBeInstanceOf(CancelledError)
    })

    test('a task that was handed to a worker cannot be cancelled', async () => {
      const future = pool().submit(increment, 1)
      await Promise.resolve()
      expect(future.state).toBe('running')
      expect(future.cancel()).toBe(false)
      expect(await future).toBe(2)
    })

    test('a busy loop that runs out of time is ended, and the pool goes on', async () => {
      const endless = pool()
        .with({ timeoutMs: 50 })
        .submit(() => {
          for (;;);
        })
      const error = await endless.exception()
      expect(error).toBeInstanceOf(TaskTimeoutError)
      expect((error as TaskTimeoutError).timeoutMs).toBe(50)
      expect(await pool().submit(increment, 1)).toBe(2)
    })

    test('a task that ends in time is not disturbed by its limit', async () => {
      const limited = pool().with({ timeoutMs: 20_000 })
      expect(await Promise.all([1, 2, 3, 4].map(n => limited.submit(increment, n)))).toEqual([2, 3, 4, 5])
    })

    test('a task that ended in time is not taken for late because this thread was busy', async () => {
      await pool().submit(burn, 1)
      const future = pool().with({ timeoutMs: 1000 }).submit(burn, 50)
      await new Promise<void>(resolve => {
        // Once the begin is known, and in the phase of the loop that is followed by the timers.
        setTimeout(() => setImmediate(() => (burn(1300), resolve())), 30)
      })
      expect(await future).toBe(50)
    })

    test('a signal aborts a running task at once and a queued one too; others are not hurt', async () => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const abortable = pool().with({ signal: controller.signal })
      const running = [1, 2].map(() =>
        abortable.submit(() => {
          for (;;);
        }),
      )
      const queued = abortable.submit(increment, 1)
      const innocent = pool().submit(increment, 10)
      await Promise.resolve()
      expect(running.map(future => future.state)).toEqual(['running', 'running'])
      controller.abort(reason)
      for (const future of [...running, queued]) {
        const error = await future.then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        expect(error).toBeInstanceOf(CancelledError)
        expect((error as CancelledError).cause).toBe(reason)
      }
      expect(await innocent).toBe(11)
    })

    test('a signal that is aborted already rejects without a worker', async () => {
      await expect(
        pool()
          .with({ signal: AbortSignal.abort('no') })
          .submit(increment, 1),
      ).rejects.toMatchObject({
        name: 'CancelledError',
        cause: 'no',
      })
    })

    const loop = (): unknown => {
      const context = taskContext()
      while (!context.aborted);
      return undefined
    }
    const wait = (): Promise<unknown> => {
      const { signal } = taskContext()
      return new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
    }

    test.for([
      ['a loop that polls `aborted`', loop],
      ['an async task that asked for its context', wait],
    ] as const)('%s can end itself, and its worker lives on', async ([, task]) => {
      const own = create({ maxWorkers: 1 })
      const livesOn = async (): Promise<boolean> => {
        await own.submit(() => {
          taskContext() // its import takes a while, which is not part of the 50 ms
          ;(globalThis as { mark?: number }).mark = 6
        })
        const error = await own.with({ timeoutMs: 50 }).submit(task).exception()
        expect(error).toBeInstanceOf(TaskTimeoutError)
        return (await own.submit(() => (globalThis as { mark?: number }).mark)) === 6
      }
      // It has 50 ms to ask and 100 ms to end: a machine that is busy with other things may not give them each time.
      let lives = false
      for (let attempt = 0; attempt < 10 && !lives; attempt++) lives = await livesOn()
      expect(lives).toBe(true)
      await own.shutdown()
    })
  })
}
