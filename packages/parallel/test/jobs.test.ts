import { expect, test } from 'vitest'
import { parallelMap } from '../src/index.ts'

test('a call keeps its number of jobs while it waits for input and another call has more', async () => {
  const counts = new Int32Array(new SharedArrayBuffer(12))
  const task = (seen: Int32Array): void => {
    const running = Atomics.add(seen, 0, 1) + 1
    if (running > Atomics.load(seen, 1)) Atomics.store(seen, 1, running)
    Atomics.wait(seen, 2, 0, 5)
    Atomics.sub(seen, 0, 1)
  }
  const other = Promise.withResolvers<void>()
  async function* input() {
    yield counts
    await other.promise
    for (let i = 0; i < 6; i++) yield counts
  }
  const call = parallelMap(input(), task, { jobs: 1, batchSize: 1 })
  await parallelMap([1, 2, 3], x => x, { jobs: 2 })
  other.resolve()
  await call
  expect(Atomics.load(counts, 1)).toBe(1)
})
