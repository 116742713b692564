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

/** Who made a file that outlives a killed process. */
export interface Creator {
  readonly pid: number
  readonly startTime: number
  /** Of process ids: containers that share a folder have one each. 0 where it is unknown. */
  readonly namespace: number
}

/** This process. */
export function ownCreator(): Creator {
  return slot('core.creator', () => ({ pid: process.pid, startTime: ownStartTime(), namespace: ownNamespace() }))
}

/** Whether it is known to be dead. Of another namespace nothing can be known. */
export function isDead({ pid, startTime, namespace }: Creator): boolean {
  return namespace === ownCreator().namespace && !isProcessAlive(pid, startTime)
}

/** This process as a part of the names of files, read by {@link creatorOf}. */
export function creatorMark(): string {
  const { pid, startTime, namespace } = ownCreator()
  return `${pid}-${startTime}-${namespace}`
}

/** The creator of a file whose name is `prefix`, a mark, `-` and more; undefined for other names. */
export function creatorOf(name: string, prefix: string): Creator | undefined {
  if (!name.startsWith(prefix)) return undefined
  const [, pid, startTime, namespace] = /^(\d+)-(\d+)-(\d+)-/.exec(name.slice(prefix.length)) ?? []
  return pid === undefined
    ? undefined
    : { pid: Number(pid), startTime: Number(startTime), namespace: Number(namespace) }
}

function ownNamespace(): number {
  try {
    const link = process.getBuiltinModule('node:fs').readlinkSync('/proc/self/ns/pid') // pid:[4026531836]
    return Number(/\d+/.exec(link)?.[0] ?? 0)
  } catch {
    return 0
  }
}
