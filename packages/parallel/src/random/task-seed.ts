import type { AsyncLocalStorage } from 'node:async_hooks'

/** Random numbers of one task. It can be passed on where a library takes a function like `Math.random`. */
export interface TaskRandom {
  /** The next number: at least 0 and less than 1, with 53 random bits. */
  (): number
  /**
   * The next integer, each from `least` to `most` as likely as the others.
   *
   * @throws RangeError when these are no safe integers, or `least` is greater than `most`
   */
  int(least: number, most: number): number
}

/** What the random numbers of one task depend on: the same whatever runs it, and however often. */
export interface TaskSeed {
  /** The seed of the call and the position of the task; of a nested call also those around it. */
  readonly path: string
  /** Calls that the task has begun. */
  calls: number
  /** Made when it is asked for. */
  random: TaskRandom | undefined
}

/** Written by the function that `seeded` makes, which can use nothing of this module. */
const key = Symbol.for('manyhands.taskSeeds')

/** Undefined outside of a task of a call that has a seed. */
export function currentTaskSeed(): TaskSeed | undefined {
  return (globalThis as unknown as Record<symbol, AsyncLocalStorage<TaskSeed> | undefined>)[key]?.getStore()
}

/** The seed of a call that starts here and was given none: that of the task that it is made in, if that has one. */
export function inheritedSeed(): string | undefined {
  const task = currentTaskSeed()
  return task === undefined ? undefined : `${task.path}/call ${task.calls++}`
}
