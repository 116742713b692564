import { slot } from '@manyhands/base'

/**
 * When a process was started, in clock ticks since boot. The system reuses process ids; a process id together with its
 * start time is unique. 0 when the start time is unknown: there is no such process, or the system has no /proc.
 *
 * A zombie counts as dead: 0.
 */
export function startTimeOf(pid: number): number {
  let stat: string
  try {
    stat = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return 0
  }
  // The name, in parentheses, may hold anything. State is field 3, the start time field 22 (man 5 proc_pid_stat).
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? 0 : Number(rest[18])
}

/** The start time of this process. */
export function ownStartTime(): number {
  return slot('core.startTime', () => startTimeOf(process.pid))
}

/**
 * Whether the process that had `pid` when it started at `startTime` is still running. Without /proc: whether any
 * process has that id.
 */
export function isProcessAlive(pid: number, startTime: number): boolean {
  if (pid === process.pid) return startTime === 0 || startTime === ownStartTime()
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return startTime === 0 || startTimeOf(pid) === startTime
}
