import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { clock } from '@manyhands/base'
import { SpinCredit } from '../here/spin-credit.ts'
import { POSTED } from '../protocol/control-words.ts'
import { type ToWorkerMessage } from '../protocol/messages.ts'
import type { Runner } from './runner.ts'

/**
 * How long a worker that ran out of tasks looks for the next before it goes back to its event loop. Larger: the next
 * task is begun sooner; but CPU is burnt, and where cores are contended others get later.
 */
const SPIN_MS = 0.05
/** Longest stay away from the event loop while messages keep coming. */
const TURN_MS = 2

/** Serves the port. The worker parks on its event loop, never in a wait: timers and I/O of user code go on. */
export function serveThread(
  port: MessagePort,
  control: Int32Array,
  runner: Runner,
  handle: (message: ToWorkerMessage) => void,
  spin: boolean,
): void {
  /** Messages taken so far; main counts those it posted in the shared word. */
  let taken = 0
  const credit = new SpinCredit()
  port.on('message', (first: ToWorkerMessage) => {
    taken++
    handle(first)
    runner.run()
    const start = clock()
    let now = start
    while (now - start < TURN_MS) {
      if (Atomics.load(control, POSTED) === taken) {
        // A pending async task needs the event loop, so there is no spinning while one is there.
        if (!spin || !runner.idle || !credit.mayTry()) return
        const until = now + SPIN_MS
        let found = true
        for (let turn = 1; found && Atomics.load(control, POSTED) === taken; turn++) {
          if ((turn & 31) === 0 && clock() >= until) found = false
        }
        credit.note(found)
        if (!found) return
      }
      for (let next; (next = receiveMessageOnPort(port)) !== undefined;) {
        taken++
        handle(next.message as ToWorkerMessage)
      }
      runner.run()
      now = clock()
    }
  })
}
