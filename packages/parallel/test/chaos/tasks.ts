import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ThreadPoolExecutor } from '@manyhands/pool'

/** The value of every task that ends well. */
export const answer = (n: number): number => 3 * n + 1

/** Counts in `runs[n]` how often it was begun. */
export function counted(n: number, runs: Int32Array | undefined): number {
  if (runs !== undefined) Atomics.add(runs, n, 1)
  return answer(n)
}

export function busy(n: number, ms: number, runs: Int32Array | undefined): number {
  const end = performance.now() + ms
  while (performance.now() < end);
  return counted(n, runs)
}

export async function later(n: number, ms: number, runs: Int32Array | undefined): Promise<number> {
  await sleep(ms)
  return counted(n, runs)
}

export function throwsOdd(which: number): never {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const hostile = Object.defineProperty(new Error('hostile'), 'message', {
    get() {
      throw new Error('message')
    },
  })
  const odd = [undefined, null, Symbol('odd'), () => 1, proxy, Object.freeze(new Error('frozen')), hostile, 0]
  throw odd[which % odd.length]
}

export const unsendable = (): unknown => [new WeakMap(), process]

export const large = (bytes: Uint8Array): Uint8Array => bytes.map(byte => byte ^ 255)

export async function nested(n: number): Promise<number> {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  try {
    return await pool.submit(answer, n)
  } finally {
    await pool.shutdown()
  }
}

export const exits = (code: number): never => process.exit(code)

/** Answers, and takes its worker with it a moment later. */
export function exitsLater(n: number, ms: number): number {
  setTimeout(() => process.exit(1), ms)
  return answer(n)
}

export function killsItself(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

export function exhaustsHeap(): never {
  for (const held: object[] = []; ;) held.push(Array.from({ length: 1000 }, Object))
}
