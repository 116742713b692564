import { clock } from '@manyhands/base'
import type { WorkerKind } from '../protocol/worker-kinds.ts'

/**
 * A process that has grown by more than this since its first task is replaced. Source of the rule and the number: loky,
 * `_MAX_MEMORY_LEAK_SIZE`.
 */
const GROWTH_BYTES = 300e6
/** Between two looks. A limit of the user's is looked at more often: reading the memory takes some 10 µs. */
const GROWTH_MS = 1000
const LIMIT_MS = 1
/** Collecting garbage in vain may take one part in so many of the time. */
const GARBAGE_SHARE = 20

/** Looks between tasks how much memory this worker holds, and reports once when it is too much. */
export class MemoryWatch {
  readonly #measure: () => number
  readonly #limit: number | undefined
  readonly #report: (bytes: number) => void
  /** Held after the first task, where growth counts. */
  #first: number | undefined
  #nextAt = 0
  #reported = false

  /** @param limit - bytes; undefined: by growth */
  constructor(kind: WorkerKind, limit: number | undefined, report: (bytes: number) => void) {
    this.#measure = kind === 'thread' ? heldByThread : heldByProcess
    this.#limit = limit
    this.#report = report
  }

  /** To be called when tasks have ended. */
  check(): void {
    const now = clock()
    if (now < this.#nextAt || this.#reported) return
    if (this.#limit === undefined) this.#first ??= this.#measure()
    const before = this.#limit === undefined ? (this.#first ?? 0) : 0
    const most = this.#limit ?? GROWTH_BYTES
    this.#nextAt = now + (this.#limit === undefined ? GROWTH_MS : LIMIT_MS)
    if (this.#measure() - before <= most) return
    collectGarbage()
    const held = this.#measure() - before
    if (held > most) {
      this.#reported = true
      this.#report(held)
    } else {
      const after = clock()
      this.#nextAt = Math.max(this.#nextAt, after + (after - now) * GARBAGE_SHARE)
    }
  }
}

function heldByThread(): number {
  const { used_heap_size, external_memory } = process.getBuiltinModule('node:v8').getHeapStatistics()
  return used_heap_size + external_memory
}

/** What is shared with others, such as mapped arrays, is not its own. */
function heldByProcess(): number {
  const resident = process.memoryUsage.rss()
  if (process.platform !== 'linux') return resident
  try {
    const statm = process.getBuiltinModule('node:fs').readFileSync('/proc/self/statm', 'latin1')
    const [, pages = 1, shared = 0] = statm.split(' ').map(Number)
    return resident * (1 - shared / pages)
  } catch {
    return resident // it may not be read, see `--permission`
  }
}

/** What is only garbage does not count. Where there is no inspector (`--permission`), it does. */
function collectGarbage(): void {
  try {
    const session = new (process.getBuiltinModule('node:inspector').Session)()
    session.connect()
    session.post('HeapProfiler.collectGarbage')
    session.disconnect()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
  }
}
