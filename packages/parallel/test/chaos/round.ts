import { setImmediate } from 'node:timers/promises'
import type { Future } from '@manyhands/base'
import { ProcessPoolExecutor, ThreadPoolExecutor, type ExecutorOptions } from '@manyhands/pool'
import { delayed, Parallel } from '../../src/index.ts'
import type { Dice } from './dice.ts'
import { Ledger } from './ledger.ts'
import * as tasks from './tasks.ts'

export type Kind = 'threads' | 'processes'

/** Errors that are ours to give, in a pool whose workers die. */
const ours = ['WorkerExitedError', 'BrokenPoolError', 'ShutdownError', 'CancelledError', 'TaskTimeoutError']
const closing = ['ShutdownError', 'CancelledError', 'QueueFullError']

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error)

/** What a task may end in: its value, checked, or an error of one of these names; `'*'`: any. */
interface Allowed {
  readonly value?: (value: unknown) => boolean
  readonly errors: readonly string[]
}

/** One pool from its start to its end, with random work. */
export async function round(kind: Kind, dice: Dice, ledger: Ledger): Promise<void> {
  const deadly = dice.chance(0.5)
  const options: ExecutorOptions = {
    maxWorkers: dice.int(1, 3),
    concurrency: dice.pick([1, 1, 2, 4]),
    onWorkerExit: deadly ? dice.pick(['fail-task', 'retry', 'break']) : 'fail-task',
    maxTasksPerChild: dice.pick([Infinity, Infinity, 1, 3, 20]),
    maxMemoryBytes: dice.pick([undefined, undefined, 60e6, 1e9]),
    idleTimeoutMs: dice.pick([Infinity, Infinity, 1, 30]),
    maxQueue: dice.pick([Infinity, Infinity, 'auto', 5]),
    resourceLimits: { maxOldGenerationSizeMb: deadly ? 24 : 64 },
  }
  ledger.note(`new ${kind} ${deadly ? 'deadly' : 'calm'} ${JSON.stringify(options)}`)
  const pool = kind === 'threads' ? new ThreadPoolExecutor(options) : new ProcessPoolExecutor(options)
  const operations = dice.int(10, 120)
  const runs = kind === 'threads' ? new Int32Array(new SharedArrayBuffer(4 * (operations + 1) * 20)) : undefined
  const certain = new Set<number>()
  const futures: Future<unknown>[] = []
  const batches: { cancel(): boolean; abort(reason: unknown, graceMs: number): void }[] = []
  const done: Promise<unknown>[] = []
  let number = 0
  let stopped = false

  const check = (what: string, allowed: Allowed, outcome: { value: unknown } | { error: unknown }): void => {
    if ('value' in outcome) {
      if (allowed.value?.(outcome.value) !== true) ledger.fault(`${what}: wrong value ${String(outcome.value)}`)
      return
    }
    const name = nameOf(outcome.error)
    const names = [...allowed.errors, ...(deadly ? ours : []), ...(stopped ? closing : [])]
    if (!names.includes('*') && !names.includes(name)) {
      const message = outcome.error instanceof Error ? outcome.error.message : ''
      ledger.fault(`${what}: rejected with ${name} ${message}`)
    }
  }
  const follow = (what: string, allowed: Allowed, submit: () => Future<unknown>): void => {
    ledger.note(what)
    let future
    try {
      future = submit()
    } catch (error) {
      if (nameOf(error) === 'QueueFullError' || stopped || deadly) return
      ledger.fault(`${what}: threw ${nameOf(error)} ${(error as Error).message}`)
      return
    }
    const id = ledger.open(what)
    futures.push(future)
    future.onDone(() => ledger.close(id))
    done.push(
      future.then(
        value => check(what, allowed, { value }),
        (error: unknown) => check(what, allowed, { error }),
      ),
    )
  }
  const right = (n: number): Allowed => ({ value: value => value === tasks.answer(n), errors: ['CancelledError'] })
  const taskOptions = () => ({
    priority: dice.pick([undefined, undefined, 1, -1]),
    affinity: dice.pick([undefined, undefined, 'a', 7]),
  })

  const submitOne = (): void => {
    const n = ++number
    const ms = dice.pick([0, 0, 1, 5, 30])
    const to = dice.chance(0.4) ? pool.with(taskOptions()) : pool
    const innocent = [
      () => follow(`counted ${n}`, right(n), () => to.submit(tasks.counted, n, runs)),
      () => follow(`busy ${n} ${ms}`, right(n), () => to.submit(tasks.busy, n, ms, runs)),
      () => follow(`later ${n} ${ms}`, right(n), () => to.submit(tasks.later, n, ms, runs)),
    ]
    const odd = [
      () => follow(`throwsOdd ${n}`, { errors: ['*'] }, () => to.submit(tasks.throwsOdd, n)),
      () =>
        follow('unsendable result', { errors: ['SerializationError', 'CancelledError'] }, () =>
          to.submit(tasks.unsendable),
        ),
      () =>
        follow('unsendable argument', { errors: ['SerializationError', 'CancelledError'] }, () =>
          to.submit(tasks.large, new WeakMap() as never),
        ),
      () => {
        const bytes = new Uint8Array(3e6).fill(n & 255)
        const value = (result: unknown) =>
          result instanceof Uint8Array && result.length === 3e6 && result[9] === ((n & 255) ^ 255)
        follow(`large ${n}`, { value, errors: ['CancelledError'] }, () => to.submit(tasks.large, bytes))
      },
      () => follow(`nested ${n}`, right(n), () => to.submit(tasks.nested, n)),
      () => {
        const allowed = { ...right(n), errors: ['TaskTimeoutError', 'CancelledError'] }
        const timeoutMs = dice.int(1, 20)
        follow(`timed ${n} ${timeoutMs}`, allowed, () => pool.with({ timeoutMs }).submit(tasks.busy, n, ms, undefined))
      },
      () => {
        const controller = new AbortController()
        const busy = dice.chance(0.5)
        follow(`aborted ${n}`, right(n), () =>
          pool
            .with({ signal: controller.signal })
            .submit<[number, number, undefined], unknown>(busy ? tasks.busy : tasks.later, n, 30, undefined),
        )
        setTimeout(() => controller.abort(), dice.int(0, 40))
      },
    ]
    const deaths = [
      () => follow('exits', { errors: ours }, () => to.submit(tasks.exits, n & 1)),
      () => follow('exitsLater', right(n), () => to.submit(tasks.exitsLater, n, ms)),
      () => follow('exhaustsHeap', { errors: ours }, () => to.submit(tasks.exhaustsHeap)),
      ...(kind === 'processes'
        ? [() => follow('killsItself', { errors: ours }, () => to.submit(tasks.killsItself))]
        : []),
    ]
    const share = dice.int(0, 99)
    const death = dice.pick(deaths)
    const strange = dice.pick(odd)
    const plain = dice.pick(innocent)
    if (deadly && share < 6) death()
    else if (share < 30) strange()
    else {
      if (share < 90) certain.add(n)
      plain()
    }
  }

  const submitBatch = (): void => {
    const size = dice.int(1, 15)
    const first = number + 1
    number += size
    const what = `batch ${first}+${size}`
    ledger.note(what)
    const ids = Array.from({ length: size }, (_, i) => ledger.open(`${what}[${i}]`))
    const { promise, resolve } = Promise.withResolvers<void>()
    const outcome = (index: number, result: { value: unknown } | { error: unknown }): void => {
      ledger.close(ids[index] as number)
      check(`${what}[${index}]`, right(first + index), result)
    }
    const calls = ids.map((_, i) => ({ fn: tasks.counted, args: [first + i, runs] as const }))
    try {
      const handle = pool.submitBatch(
        { calls },
        {
          onValue: (index, value) => outcome(index, { value }),
          onError: (index, error) => outcome(index, { error }),
          onDone: () => resolve(),
        },
        dice.chance(0.2) ? { timeoutMs: 60_000 } : {},
      )
      done.push(promise)
      batches.push({
        abort: (reason, graceMs) => handle.abort(reason, graceMs),
        cancel: () => {
          if (!handle.cancel()) return false
          for (const id of ids) ledger.close(id)
          resolve()
          return true
        },
      })
    } catch (error) {
      for (const id of ids) ledger.close(id)
      if (!stopped && !deadly) ledger.fault(`${what}: threw ${nameOf(error)}`)
    }
  }

  const call = (): void => {
    const size = dice.int(1, 40)
    const jobs = dice.int(1, 3)
    const onError = dice.pick(['throw', 'collect', 'defer'] as const)
    const retries = dice.int(0, 2)
    const early = dice.chance(0.3) ? dice.int(0, size) : undefined
    const bad = dice.chance(0.3) ? dice.int(0, size - 1) : undefined
    const what = `Parallel ${kind} ${size} jobs ${jobs} ${onError} retries ${retries} left ${early} bad ${bad}`
    ledger.note(what)
    const id = ledger.open(what)
    const items = Array.from({ length: size }, (_, i) =>
      i === bad ? delayed(tasks.throwsOdd)(i) : delayed(tasks.answer)(i),
    )
    const isRight = (value: unknown, i: number): boolean =>
      i === bad ||
      (onError === 'collect' && early === undefined ? (value as { value: unknown }).value : value) === tasks.answer(i)
    const run = async (): Promise<void> => {
      if (early !== undefined) {
        let taken = 0
        for await (const { index, value } of Parallel({ jobs, backend: kind, retries }).stream(items, {
          ordered: false,
        })) {
          if (!isRight(value, index)) ledger.fault(`${what}: [${index}] is ${String(value)}`)
          if (++taken >= early) break
        }
        return
      }
      const values: unknown[] = await Parallel({ jobs, backend: kind, retries, onError })(items)
      if (values.length !== size || !values.every(isRight)) ledger.fault(`${what}: wrong values`)
    }
    done.push(
      run()
        .catch((error: unknown) => {
          if (bad === undefined) ledger.fault(`${what}: rejected with ${nameOf(error)} ${(error as Error).message}`)
        })
        .finally(() => ledger.close(id)),
    )
  }

  for (let i = 0; i < operations; i++) {
    const share = dice.int(0, 99)
    const pick = dice.int(0, 1e6)
    if (share < 55) submitOne()
    else if (share < 65) submitBatch()
    else if (share < 67) call()
    else if (share < 72) {
      ledger.note('cancel')
      futures[pick % (futures.length || 1)]?.cancel()
    } else if (share < 74) batches[pick % (batches.length || 1)]?.cancel()
    else if (share < 76) {
      ledger.note('abort batch')
      const error = Object.assign(new Error('aborted'), { name: 'CancelledError' })
      batches[pick % (batches.length || 1)]?.abort(error, 0)
    } else if (share < 80) {
      const size = dice.int(1, 3)
      ledger.note(`resize ${size}`)
      if (pool.usable) void pool.resize(size)
    } else if (share < 90) {
      ledger.note('turn')
      await setImmediate()
    } else if (futures.length > 0) {
      ledger.note('await one')
      await Promise.allSettled([futures[pick % futures.length]])
    }
  }
  stopped = true
  const ending = dice.pick(['shutdown', 'shutdown', 'cancelFutures', 'terminate', 'both'])
  ledger.note(ending)
  if (ending === 'shutdown') await pool.shutdown()
  if (ending === 'cancelFutures') await pool.shutdown({ cancelFutures: true })
  if (ending === 'both') void pool.shutdown()
  if (ending === 'terminate' || ending === 'both') await pool.terminate()
  await Promise.all(done)
  if (runs === undefined || (deadly && options.onWorkerExit === 'retry')) return
  for (const [n, count] of runs.entries()) if (count > 1) ledger.fault(`task ${n} ran ${count} times`)
}
