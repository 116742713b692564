import { isThreadDead, ownThreadId } from '@manyhands/base'
import { ownStartTime, startTimeOf } from '../process-identity.ts'

/**
 * Start times are kept modulo this many ticks: 7.7 days. A process id would have to come again with the very same tick.
 */
export const START_TIME_BITS = 26

/** What the party table has to know of processes and threads. */
export interface Liveness {
  readonly pid: number
  /** Modulo 2^26; 0 where it cannot be known. */
  readonly startTime: number
  readonly threadId: number
  isProcessDead(pid: number, startTime: number): boolean
  /** Of a thread of this process. */
  isThreadDead(threadId: number): boolean
}

const shorten = (time: number): number => time % 2 ** START_TIME_BITS

/** By /proc and signal 0. */
export function systemLiveness(): Liveness {
  return {
    pid: process.pid,
    startTime: shorten(ownStartTime()),
    threadId: ownThreadId(),
    isProcessDead(pid, startTime) {
      try {
        process.kill(pid, 0)
      } catch (error) {
        // Any other error means that it is there, and somebody else's.
        if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
      }
      return startTime !== 0 && shorten(startTimeOf(pid)) !== startTime
    },
    isThreadDead,
  }
}
