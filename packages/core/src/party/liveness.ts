import { isThreadDead, ownThreadId } from '@manyhands/base'
import { ownStartTime, startTimeOf } from '../process-identity.ts'

/**
 * Start times are kept modulo 2^26 ticks: 7.7 days. A reused process id is mistaken for the old one only if its start
 * time has the same remainder.
 */
export const START_TIME_BITS = 26

/** Liveness of processes and threads, for the party table. */
export interface Liveness {
  readonly pid: number
  /** Modulo 2^26; 0 where it is unknown. */
  readonly startTime: number
  readonly threadId: number
  isProcessDead(pid: number, startTime: number): boolean
  /** For a thread of this process. */
  isThreadDead(threadId: number): boolean
}

const shorten = (time: number): number => time % 2 ** START_TIME_BITS

/** Liveness by /proc and signal 0. */
export function systemLiveness(): Liveness {
  return {
    pid: process.pid,
    startTime: shorten(ownStartTime()),
    threadId: ownThreadId(),
    isProcessDead(pid, startTime) {
      try {
        process.kill(pid, 0)
      } catch (error) {
        // Any other error means that the process exists and belongs to another user.
        if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
      }
      return startTime !== 0 && shorten(startTimeOf(pid)) !== startTime
    },
    isThreadDead,
  }
}
