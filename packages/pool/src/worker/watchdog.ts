import { Worker } from 'node:worker_threads'

/** Stdio of a process worker that is a pipe to its parent. */
const PARENT_PIPE = 4

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
  const text = `
    const pipe = new (require('node:net').Socket)({ fd: ${PARENT_PIPE}, readable: true, writable: false })
    pipe.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL')).resume()`
  new Worker(text, { eval: true, name: 'manyhands watchdog', execArgv: [], env: {}, stdin: false }).unref()
}
