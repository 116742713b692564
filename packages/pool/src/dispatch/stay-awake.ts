import { setImmediate, clock } from '@manyhands/base'
import { SpinCredit } from '../here/spin-credit.ts'

/**
 * How long the event loop looks for an answer after a message was sent before it goes to sleep: waking it costs more
 * than the answer to a tiny task takes. Larger: answers that take longer are received sooner; but CPU is burnt while
 * the program has nothing to do.
 */
const AWAKE_MS = 0.05

const credit = new SpinCredit()
let until = 0
let turning = false
let answered = false

/** Keeps the event loop turning for a moment. Everything else that waits for it gets its turn as usual. */
export function stayAwake(): void {
  if (turning || !credit.mayTry()) return
  until = clock() + AWAKE_MS
  turning = true
  answered = false
  setImmediate(turn)
}

/** A worker has answered. */
export function noteAnswer(): void {
  answered = true
}

function turn(): void {
  if (!answered && clock() < until) {
    setImmediate(turn)
    return
  }
  turning = false
  credit.note(answered)
}
