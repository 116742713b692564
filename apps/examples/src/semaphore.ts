// A semaphore lets two of five processes in at a time.
import { setTimeout as sleep } from 'node:timers/promises'
import { Barrier, Semaphore } from '@manyhands/core'
import { Process } from '@manyhands/pool'
import { Value } from '@manyhands/shared-memory'

const together = new Barrier(5, { across: 'processes' })
const seats = new Semaphore(2, { across: 'processes' })
const inside = new Value('i32', 0)
const most = new Value('i32', 0)

const eat = async (name: string): Promise<void> => {
  await together.wait()
  await seats.runExclusive(async () => {
    const now = inside.add(1) + 1
    await most.lock.runExclusive(() => {
      most.value = Math.max(most.value, now)
    })
    await sleep(20) // eats: it stands for work that takes a while, and nothing depends on how long
    inside.sub(1)
  })
  console.log(`${name} has eaten`)
}
const guests = [1, 2, 3, 4, 5].map(i => new Process({ target: eat, args: [`guest ${i}`] }))
for (const guest of guests) await guest.start()
for (const guest of guests) await guest.join()
console.log(most.value <= 2 ? 'never more than two were inside' : `${most.value} were inside`)
