// Several processes count in one shared value: exactly with a lock, and wrongly without.
import { Barrier } from '@manyhands/core'
import { Process } from '@manyhands/pool'
import { Value } from '@manyhands/shared-memory'

const together = new Barrier(4, { across: 'processes' })
const locked = new Value('f64', 0)
const plain = new Value('f64', 0, { lock: false })

const withLock = (): void => {
  together.waitSync()
  for (let i = 0; i < 20_000; i++) locked.lock.runExclusiveSync(() => void locked.value++)
}
/** Reads, adds and writes: what another has written meanwhile is lost. */
const without = (): void => {
  together.waitSync()
  for (let i = 0; i < 2_000_000; i++) plain.value++
}

async function runAll(target: () => void): Promise<void> {
  const counters = [1, 2, 3, 4].map(() => new Process({ target }))
  for (const counter of counters) await counter.start()
  for (const counter of counters) await counter.join()
}
await runAll(withLock)
console.log(`with a lock: ${locked.value} of 80000`)
await runAll(without)
console.log(`without: ${plain.value < 8_000_000 ? 'fewer than' : 'all of'} 8000000`)
