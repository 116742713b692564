import { readdirSync, readlinkSync, writeFileSync, appendFileSync } from 'node:fs'
import { currentProcess, getStartMethod, parentProcess, Process, Thread } from '../../src/index.ts'

// What tests run in processes and threads of their own. They tell what they saw by writing it to a file.

export const tell = (file: string, value: unknown): void => writeFileSync(file, JSON.stringify(value))

export function tellArguments(file: string, ...args: unknown[]): void {
  const { name, pid, authKey, daemon, kind } = currentProcess()
  const parent = parentProcess()
  tell(file, {
    args,
    name,
    pid,
    daemon,
    kind,
    authKey: Buffer.from(authKey).toString('hex'),
    parent: { name: parent?.name, pid: parent?.pid, isAlive: parent?.isAlive },
  })
}

export function sleep(): void {
  setInterval(() => {}, 1000)
}

/** Starts two children until it is `depth` deep, and notes who it is. */
export async function tree(
  kind: 'Process' | 'Thread',
  file: string,
  depth: number,
  path: readonly number[],
): Promise<void> {
  appendFileSync(file, `${JSON.stringify(path)}\n`)
  if (depth === 0) return
  for (const branch of [0, 1]) {
    const Kind = kind === 'Process' ? Process : (Thread as unknown as typeof Process)
    const child = new Kind({ target: tree, args: [kind, file, depth - 1, [...path, branch]] })
    await child.start()
    await child.join()
  }
}

export async function tellDaemons(file: string): Promise<void> {
  const own = new Process().daemon
  const start = await new Process().start().catch((error: unknown) => (error as Error).name)
  tell(file, { own, explicit: new Process({ daemon: false }).daemon, start })
}

/** What each leads to. A pipe or a socket has a number that no other has. */
export function openDescriptors(pid: number | 'self' = 'self'): string[] {
  const targets = readdirSync(`/proc/${pid}/fd`).map(fd => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return 'anon_inode' // the one by which the folder was read
    }
  })
  return targets.filter(target => !target.startsWith('anon_inode') && !target.startsWith('/proc/'))
}

export function tellDescriptors(file: string): void {
  tell(file, openDescriptors())
}

export async function tellFlags(file: string, deeper: boolean): Promise<void> {
  appendFileSync(file, `${JSON.stringify(process.execArgv)}\n`)
  if (!deeper) return
  const child = new Process({ target: tellFlags, args: [file, false] })
  await child.start()
  await child.join()
}

export const tellMethod = (file: string): void => tell(file, getStartMethod())

/** Starts itself for ever. */
export async function bomb(file: string): Promise<void> {
  appendFileSync(file, 'x')
  const child = new Process({ target: bomb, args: [file] })
  try {
    await child.start()
  } catch (error) {
    appendFileSync(file, (error as Error).message)
  }
  await child.join().catch(() => {})
}

/** A middle process that starts one of its own and tells its pid. */
export async function startSleeper(file: string): Promise<void> {
  const child = new Process({ target: sleep })
  await child.start()
  tell(file, child.pid)
}
