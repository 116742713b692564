import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ListProxy, Manager, Process, ProcessPoolExecutor, ThreadPoolExecutor } from '@manyhands/pool'

const collect = (): void => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
const manager = await Manager.create()
const there = await manager.create(() => ({ collect: () => collect() }))
const queue = manager.queue()

async function isRefused(made: PromiseLike<unknown>): Promise<void> {
  const told = await made.then(String, (error: unknown) => String(error))
  if (!told.includes('WeakRef')) throw new Error(`not refused: ${told}`)
}

async function lets(what: string, use: (list: ListProxy) => Promise<void>): Promise<void> {
  await use(await manager.list())
  do {
    collect()
    await there.collect()
    await new Promise(resolve => setImmediate(resolve))
  } while ((await manager.objectCount()) > 1)
  console.log(what)
}

async function bothReturn(pool: ThreadPoolExecutor | ProcessPoolExecutor, list: ListProxy): Promise<void> {
  await Promise.all([pool.submit(() => list), pool.submit(() => list)])
  await pool.shutdown()
}

const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
await lets('argument', list => isRefused(list.push(list, new WeakRef({}))))
await lets('result of a method', async list => {
  const faulty = await manager.create((kept: ListProxy) => ({ run: () => [kept, new WeakRef({})] }), list)
  await isRefused(faulty.run())
})
await lets('queue', list => isRefused(queue.put([list, new WeakRef({})])))
await lets('task', list => isRefused(pool.submit((...given: readonly unknown[]) => given, list, new WeakRef({}))))
await lets('result of a task', async list => {
  const brief = new ThreadPoolExecutor({ maxWorkers: 1 })
  await isRefused(brief.submit((given: unknown) => [given, new WeakRef({})], list))
  await brief.shutdown()
})
await lets('process', list =>
  isRefused(new Process({ target: (..._given: readonly unknown[]) => {}, args: [list, new WeakRef({})] }).start()),
)
await lets('thread workers', list => bothReturn(new ThreadPoolExecutor({ maxWorkers: 2 }), list))
await lets('process workers', list => bothReturn(new ProcessPoolExecutor({ maxWorkers: 2 }), list))
await pool.shutdown()
await manager.shutdown()
