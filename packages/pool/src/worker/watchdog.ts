import { Worker } from 'node:worker_threads'
import { setTimeout } from '@manyhands/base'

/** Stdio of a process worker that is a pipe to its parent. */
const PARENT_PIPE = 4

/** Until the next attempt where the system has no thread to give. Until then a busy process outlives its parent. */
const RETRY_MS = 1000

let started = false

/**
 * Ends this process when its parent is gone, even while a task keeps the main thread busy.
 *
 * A thread waits on its own event loop for the parent's pipe to close. A blocking read there would make `process.exit`,
 * the natural end and uncaught errors hang: they join a thread that is in a system call.
 */
export function startWatchdog(): void {
  if (started) return
  started = true
  watch()
}

function watch(): void {
  const tryAgain = (error: unknown): void => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') setTimeout(watch, RETRY_MS).unref()
  }
  const text = `
    const pipe = new (require('node:net').Socket)({ fd: ${PARENT_PIPE}, readable: true, writable: false })
    pipe.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL')).resume()`
  try {
    new Worker(text, { eval: true, name: 'manyhands watchdog', execArgv: [], env: {}, stdin: false })
      .on('error', tryAgain)
      .unref()
  } catch (error) {
    tryAgain(error)
  }
}
