// node per-worker.ts LOG: uses a resource in this thread and in workers, and comes to its end by itself.
import { appendFileSync } from 'node:fs'
import { perWorker } from '@manyhands/core'
import { getReusableExecutor, ProcessPoolExecutor, Thread } from '../../src/index.ts'

interface Made {
  readonly name: string
  readonly ask: (x: number) => string
}

const log = process.argv[2] ?? ''
const note = (what: string, name: string): void => appendFileSync(log, `${what} ${name}\n`)
const open = (name: string): Made => (note('open', name), { name, ask: x => `${name} ${x}` })
const close = async ({ name }: Made): Promise<void> => {
  await new Promise(resolve => void setTimeout(resolve, 20))
  note('close', name)
}
const here = perWorker(() => open('here'), { dispose: close })
const shared = perWorker(() => open('shared'), { dispose: close })
const later = perWorker(async () => open('later'), { dispose: close })
const plain = perWorker(() => open('plain'))

const answers = [here.value.ask(1)]
for (const kind of ['threads', 'processes'] as const) {
  const pool = getReusableExecutor(kind, { maxWorkers: 1 })
  answers.push(
    await pool.submit(() => shared.value.ask(2)),
    await pool.submit((given, x) => given.value.ask(x), shared, 3),
  )
  answers.push(await pool.submit(async () => (await later.get()).ask(4)), await pool.submit(() => plain.value.ask(5)))
}
const own = new ProcessPoolExecutor({ maxWorkers: 1 })
answers.push(await own.submit(() => shared.value.ask(6)))
await own.shutdown()
note('shut', 'down')
const thread = new Thread({ target: () => void shared.value.ask(7) })
await thread.start()
await thread.join()
console.log(JSON.stringify(answers))
