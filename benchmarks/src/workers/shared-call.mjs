// Answers one call at a time through shared memory. control[0] counts requests (-1: stop), [1] answers; cell[0] is
// argument and result.
import { workerData } from 'node:worker_threads'

const { control, cell, spin } = workerData
let answered = 0
for (;;) {
  if (!spin) Atomics.wait(control, 0, answered)
  const request = Atomics.load(control, 0)
  if (request === -1) break
  if (request === answered) continue
  answered = request
  cell[0] += 1
  Atomics.store(control, 1, answered)
  if (!spin) Atomics.notify(control, 1)
}
