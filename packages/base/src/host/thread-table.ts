import { slot } from '../slots.ts'

/** Size of the table: threads with a larger id are never presumed dead. */
const MAX_THREADS = 1 << 14
/** Entry of a thread that has exited. */
const EXITED = -1

interface ThreadState {
  /**
   * One word for each thread id of this process, shared by all threads that pools have started: 0 unknown, -1 exited,
   * else the id of the thread that started it, plus 1.
   */
  table: Int32Array | undefined
}

const state = (): ThreadState => slot('core.threads', () => ({ table: undefined }))

export function ownThreadId(): number {
  return process.getBuiltinModule('node:worker_threads').threadId
}

/** The table, to pass to a new thread. */
export function threadTable(): Int32Array {
  return (state().table ??= new Int32Array(new SharedArrayBuffer(MAX_THREADS * Int32Array.BYTES_PER_ELEMENT)))
}

/** In a new thread: installs the table of its starter. */
export function adoptThreadTable(table: Int32Array): void {
  state().table = table
}

/** Records that this thread started another one. */
export function markThreadStarted(threadId: number): void {
  if (threadId < MAX_THREADS) Atomics.store(threadTable(), threadId, ownThreadId() + 1)
}

/** Records that a thread started by this one has exited. */
export function markThreadExited(threadId: number): void {
  if (threadId < MAX_THREADS) Atomics.store(threadTable(), threadId, EXITED)
}

/**
 * True when the thread's pool saw it, or one of its ancestors, exit: a thread ends with its starter. A thread that no
 * pool started is never presumed dead.
 */
export function isThreadDead(threadId: number): boolean {
  const { table } = state()
  if (table === undefined) return false
  for (let id = threadId; id > 0 && id < MAX_THREADS;) {
    const word = Atomics.load(table, id)
    if (word === EXITED) return true
    id = word - 1
  }
  return false
}
