// Five processes wait for one event: none goes before it is set.
import { Semaphore, SharedEvent } from '@manyhands/core'
import { Process } from '@manyhands/pool'

const start = new SharedEvent({ across: 'processes' })
const ready = new Semaphore(0, { across: 'processes' })

const run = (name: string): void => {
  ready.release()
  start.waitSync()
  console.log(`${name} goes`)
}
const runners = [1, 2, 3, 4, 5].map(i => new Process({ target: run, args: [`runner ${i}`] }))
for (const runner of runners) await runner.start()
for (const _ of runners) await ready.acquire()
console.log('ready, steady')
start.set()
for (const runner of runners) await runner.join()
