import { threadId } from 'node:worker_threads'
import { slot, markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import type { Lineage, StartMethod } from '../protocol/lineage.ts'
import type { WorkerKind } from '../protocol/worker-kinds.ts'
import { newAuthKey } from './auth-key.ts'

/** What code can know of the process or thread that runs it. */
export interface CurrentProcess {
  readonly kind: WorkerKind
  name: string
  readonly daemon: boolean
  readonly pid: number
  /** 0 in the main thread of a process. */
  readonly threadId: number
  /**
   * The secret that it shares with all that it starts, 32 random bytes at first: for `Listener` and `connect`. What is
   * started later inherits what is set here.
   */
  authKey: Uint8Array
}

/** The one that started this one. */
export interface ParentProcess {
  readonly name: string
  readonly pid: number
  /** 0 for the main thread of a process. */
  readonly threadId: number
  /** False once it is gone. This one then has a moment to live: nothing outlives what started it. */
  readonly isAlive: boolean
}

/** What is known of this thread's place among those that manyhands started. */
interface Place {
  /**
   * Kept here, because code that travels to a worker by value takes along what `worker_threads` said where it came
   * from.
   */
  threadId: number
  /** Undefined in the main program. */
  lineage: Lineage | undefined
  current: CurrentProcess | undefined
  parent: ParentProcess | undefined
  /** Processes and Threads made so far, for their names. */
  readonly children: { process: number; thread: number }
  /** Undefined until it is set or first used. */
  startMethod: StartMethod | undefined
}

export function place(): Place {
  return slot('pool.place', (): Place => ({
    threadId,
    lineage: undefined,
    current: undefined,
    parent: undefined,
    children: { process: 0, thread: 0 },
    startMethod: undefined,
  }))
}

/** For workers, when they start. */
export function setLineage(lineage: Lineage): void {
  Object.assign(place(), { threadId, lineage, startMethod: lineage.startMethod })
}

/** Says which process or thread runs this code: its name, its ids, its key. In a Thread that is the thread. */
export function currentProcess(): CurrentProcess {
  const here = place()
  if (here.current === undefined) {
    const { lineage, threadId: id } = here
    let authKey = lineage?.authKey
    here.current = {
      kind: id === 0 ? 'process' : 'thread',
      name: lineage?.name ?? 'MainProcess',
      daemon: lineage?.daemon ?? false,
      pid: process.pid,
      threadId: id,
      get authKey() {
        return (authKey ??= newAuthKey())
      },
      set authKey(key) {
        if (!(key instanceof Uint8Array)) throw new TypeError('authKey must be a Uint8Array')
        authKey = key
      },
    }
  }
  return here.current
}

/** Says who started this process or thread; null in the main program. */
export function parentProcess(): ParentProcess | null {
  const here = place()
  if (here.lineage === undefined) return null
  const { name, pid, threadId: thread } = here.lineage.parent
  return (here.parent ??= {
    name,
    pid,
    threadId: thread,
    get isAlive() {
      // A thread ends together with the thread that started it.
      return place().threadId !== 0 || process.connected
    },
  })
}

markOwn(currentProcess, () => poolOrigin('currentProcess'))
markOwn(parentProcess, () => poolOrigin('parentProcess'))
