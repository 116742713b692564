import type { WorkerExecutor } from '../executor/worker-executor.ts'

interface Watched {
  readonly executor: WorkerExecutor
  used: boolean
}

let collected: FinalizationRegistry<Watched> | undefined
const watched = new WeakMap<object, Watched>()

/** Arranges that the workers end when `pool` is garbage-collected before it was closed. It must not be held by them. */
export function watchPool(pool: object, executor: WorkerExecutor): void {
  collected ??= new FinalizationRegistry(end)
  const entry = { executor, used: false }
  watched.set(pool, entry)
  collected.register(pool, entry, pool)
}

/** It was given work: from now on it may have workers. */
export function noteUse(pool: object): void {
  const entry = watched.get(pool)
  if (entry !== undefined) entry.used = true
}

export function unwatchPool(pool: object): void {
  collected?.unregister(pool)
}

function end({ executor, used }: Watched): void {
  if (used) {
    process.emitWarning(
      `a Pool of ${executor.maxWorkers} workers was dropped and never closed: ` +
        'write `await using pool = new Pool()`, or call close()',
      { type: 'ManyhandsWarning', code: 'MANYHANDS_UNCLOSED_POOL' },
    )
  }
  void executor.shutdown({ wait: false })
}
