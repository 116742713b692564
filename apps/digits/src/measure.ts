import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ParallelEvent } from '@manyhands/parallel'

/** What a call of Parallel cost. */
export interface Cost {
  readonly backend: string
  /** Tasks that ran at a time. */
  readonly jobs: number
  /** Wall time, the start of workers included. */
  readonly seconds: number
  /** What the tasks took, summed up. More than on an idle core when there are more jobs than cores. */
  readonly taskSeconds: number
}

/** Runs one call of Parallel and reads its cost from the events that it publishes. */
export async function measure<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly cost: Cost }> {
  let backend = ''
  let jobs = 0
  let taskMs = 0
  const onStart = (message: unknown): void => {
    const event = message as Extract<ParallelEvent, { type: 'call-start' }>
    backend = event.backend
    jobs = event.jobs
  }
  const onBatchEnd = (message: unknown): void => {
    taskMs += (message as Extract<ParallelEvent, { type: 'batch-end' }>).durationMs
  }
  subscribe('manyhands:call-start', onStart)
  subscribe('manyhands:batch-end', onBatchEnd)
  const start = performance.now()
  try {
    const value = await run()
    return { value, cost: { backend, jobs, seconds: (performance.now() - start) / 1000, taskSeconds: taskMs / 1000 } }
  } finally {
    unsubscribe('manyhands:call-start', onStart)
    unsubscribe('manyhands:batch-end', onBatchEnd)
  }
}
