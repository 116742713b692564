import { slot } from '../slots.ts'

/** Threads that the table has room for at first, and to which it can grow; beyond, none is presumed dead. */
const FIRST_THREADS = 1 << 10
const MOST_THREADS = 1 << 22
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT
/** Entry of a thread that has exited. */
const EXITED = -1

interface ThreadState {
  /**
   * One word for each thread id of this process, shared by all threads that pools have started: 0 unknown, -1 exited,
   * else the id of the thread that started it, plus 1. It grows, and each thread sees it grown.
   */
  table: Int32Array | undefined
}

const state = (): ThreadState => slot('core.threads', () => ({ table: undefined }))

export function ownThreadId(): number {
  return process.getBuiltinModule('node:worker_threads').threadId
}

/** The table, to pass to a new thread. */
export function threadTable(): Int32Array {
  return (state().table ??= new Int32Array(
    new SharedArrayBuffer(FIRST_THREADS * WORD_BYTES, { maxByteLength: MOST_THREADS * WORD_BYTES }),
  ))
}

/** In a new thread: installs the table of its starter. */
export function adoptThreadTable(table: Int32Array): void {
  state().table = table
}

/** Records that this thread started another one. */
export function markThreadStarted(threadId: number): void {
  set(threadId, ownThreadId() + 1)
}

/** Records that a thread started by this one has exited. */
export function markThreadExited(threadId: number): void {
  set(threadId, EXITED)
}

function set(threadId: number, word: number): void {
  const table = threadTable()
  while (threadId >= table.length) {
    if (threadId >= MOST_THREADS) return
    try {
      ;(table.buffer as SharedArrayBuffer).grow(Math.min(MOST_THREADS, table.length * 2) * WORD_BYTES)
    } catch (error) {
      // Another thread has grown it meanwhile, further than that.
      if (threadId >= table.length) throw error
    }
  }
  Atomics.store(table, threadId, word)
}

/**
 * True when the thread's pool saw it, or one of its ancestors, exit: a thread ends with its starter. A thread that no
 * pool started is never presumed dead.
 */
export function isThreadDead(threadId: number): boolean {
  const { table } = state()
  if (table === undefined) return false
  for (let id = threadId; id > 0 && id < table.length;) {
    const word = Atomics.load(table, id)
    if (word === EXITED) return true
    id = word - 1
  }
  return false
}
