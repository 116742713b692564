/**
 * How long the event loop looks for an answer after a message was sent before it goes to sleep: waking it costs more than the answer to a tiny task
 * takes. Larger: answers that take longer are received sooner; but CPU is burnt while the program has nothing to do.
 */
const AWAKE_MS = 0.05

let until = 0
let turning = false

/** Keeps the event loop turning for a moment. Everything else that waits for it gets its turn as usual. */
export function stayAwake(): void {
  until = performance.now() + AWAKE_MS
  if (turning) return
  turning = true
  setImmediate(turn)
}

function turn(): void {
  if (performance.now() < until) setImmediate(turn)
  else turning = false
}
