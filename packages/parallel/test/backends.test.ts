import { describeBackend } from '@manyhands/testing'
import * as runner from 'vitest'
import { findBackend } from '../src/backends/registry.ts'
import { type BackendName, delayed, Parallel, parallelMap } from '../src/index.ts'
import { add, square, squareLater } from './tasks/arithmetic.ts'

function bind(name: BackendName, jobs: number): void {
  const backend = findBackend(name)
  describeBackend(runner, {
    name,
    jobs,
    effectiveJobs: backend.effectiveJobs(jobs),
    runsHere: backend.workerKind === undefined,
    sharedMemory: backend.capabilities.sharedMemory,
    parallel: { Parallel, delayed, parallelMap },
    add,
    square,
    squareLater,
    terminate: () => backend.terminate(),
  })
}

bind('inline', 1)
bind('inline', 2)
bind('async', 1)
bind('async', 5)
for (const jobs of [1, 2, 5]) {
  bind('threads', jobs)
  bind('processes', jobs)
}
