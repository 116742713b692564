import { slot, setTimeout } from '@manyhands/base'

/** A worker that has something to dispose of. */
interface Closable {
  readonly gone: boolean
  readonly ending: boolean
  readonly load: number
  close(): void
  terminate(): void
}

/** Given to a worker to dispose of what it holds. Longer: slow ones are given back; shorter: a hang ends sooner. */
export const DISPOSE_MS = 10_000

const state = (): { readonly workers: Set<Closable>; isWatching: boolean } =>
  slot('pool.closeAtEnd', () => ({ workers: new Set<Closable>(), isWatching: false }))

/**
 * When the program comes to its end by itself, the worker is closed before, so that it can dispose of what it holds.
 * The program stays alive until then.
 */
export function closeAtEnd(worker: Closable): void {
  const { workers, isWatching } = state()
  for (const other of workers) if (other.gone) workers.delete(other)
  workers.add(worker)
  if (isWatching) return
  state().isWatching = true
  process.once('beforeExit', closeAll)
}

function closeAll(): void {
  const { workers } = state()
  state().isWatching = false
  for (const worker of workers) {
    if (worker.gone || worker.ending || worker.load > 0) continue
    worker.close()
    setTimeout(() => worker.gone || worker.terminate(), DISPOSE_MS).unref()
  }
  workers.clear()
}
