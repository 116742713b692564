// Two processes work off a queue; the main program waits until every item is done.
import { JoinableQueue } from '@manyhands/core'
import { Process } from '@manyhands/pool'
import { SharedArray } from '@manyhands/shared-memory'

const tasks = new JoinableQueue<number>({ across: 'processes' })
const squares = SharedArray.f64(10)

const work = async (): Promise<void> => {
  for await (const n of tasks) {
    squares.set(n ** 2, n)
    tasks.taskDone()
  }
}
const workers = [1, 2].map(() => new Process({ target: work }))
for (const worker of workers) await worker.start()
for (let n = 0; n < 10; n++) await tasks.put(n)
await tasks.join()
console.log(`all done: ${squares.toArray().join(' ')}`)
tasks.shutdown() // ends the iteration of the workers
for (const worker of workers) await worker.join()
console.log(`workers ended with ${workers.map(worker => worker.exitCode).join()}`)
