import { appendFileSync, closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs'
import { currentWorker, taskContext } from '../../src/index.ts'

// What tests run in workers. A function of a module travels by reference, so these may use whatever they import.

export const increment = (x: number): number => x + 1

/** Keeps the thread busy. */
export function burn(milliseconds: number): number {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
  return milliseconds
}

/** Keeps the thread busy, and says which worker it was. */
export function burnOn(milliseconds: number): number | undefined {
  burn(milliseconds)
  return currentWorker()?.id
}

export function exit(code: number): never {
  process.exit(code)
}

export function throwInTimer(message: string): Promise<never> {
  setTimeout(() => {
    throw new RangeError(message)
  }, 1)
  return new Promise(() => {
    setInterval(() => {}, 1000)
  })
}

export function exhaustHeap(): never {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 1000 }, () => ({ kept })))
}

export function killMyself(signal: NodeJS.Signals): never {
  process.kill(process.pid, signal)
  for (;;);
}

/** Exits when it is given 3, without a word. */
export function exitAtThree(x: number): number {
  if (x === 3) process.exit(7)
  return x * 10
}

export function complain(line: string): never {
  writeSync(2, `${line}\n`)
  console.error(line)
  process.exit(9)
}

/** An instance of a class that a module exports has to wait for that module where it arrives. */
export class Imported {
  readonly word = 'imported'
}

export const wordIfAborted = ({ word }: Imported): [string, boolean] => [word, taskContext().aborted]

const here = { running: 0 }

/** Says how many tasks ran in this worker when it began. */
export async function countRunning(): Promise<number> {
  const running = ++here.running
  await new Promise(resolve => setTimeout(resolve, 20))
  here.running--
  return running
}

export const countRunningToo = (): Promise<number> => countRunning()

/** A number at once for a number, else never anything. */
export const numberOrNever = (value: number | string): unknown =>
  typeof value === 'number' ? value : new Promise(() => setInterval(() => {}, 1000))

/** Returns the index, but for the first call of all, which leaves a file and exits. */
export function exitOnce(mark: string, index: number): number {
  if (!existsSync(mark)) {
    closeSync(openSync(mark, 'w'))
    process.exit(3)
  }
  return index
}

/** Returns when `meet` was called with 0 and with 1, on two threads. */
export function meet(flags: Int32Array, index: number): void {
  Atomics.store(flags, index, 1)
  Atomics.notify(flags, index)
  Atomics.wait(flags, 1 - index, 0)
}

/** Keeps the worker busy until the file has that length. */
export function waitForLength(path: string, length: number): void {
  while (statSync(path).size < length);
}

/** Notes that it runs, and then does what its name says. */
export function noteAndExit(what: string, log: string): unknown {
  if (what === 'warm') return 0
  appendFileSync(log, `${what}\n`)
  if (what === 'large') return new Uint8Array(3 << 20)
  if (what === 'exit') process.exit(5)
  if (what === 'exit late') setTimeout(() => process.exit(5), 20)
  return new Promise(() => setInterval(() => {}, 1000))
}
