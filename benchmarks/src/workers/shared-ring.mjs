// Takes numbers from a ring in shared memory and puts their successors back: what tiny tasks could cost at best.
import { workerData } from 'node:worker_threads'

const { control, input, output, done } = workerData // control[0] produced, [1] consumed, [2] stop
const mask = input.length - 1
let tail = 0
while (Atomics.load(control, 2) === 0) {
  const head = waitForWork()
  if (head === tail) continue
  while (tail !== head) {
    output[tail & mask] = input[tail & mask] + 1
    tail = (tail + 1) | 0
  }
  Atomics.store(control, 1, tail)
  Atomics.add(done, 0, 1)
  Atomics.notify(done, 0)
}

function waitForWork() {
  for (let spin = 0; spin < 200; spin++) {
    const head = Atomics.load(control, 0)
    if (head !== tail) return head
  }
  Atomics.wait(control, 0, tail, 50)
  return Atomics.load(control, 0)
}
