// Finishes its work after the signal that its whole group is sent, as Ctrl-C and service managers send it.
import { Manager, Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from '../../src/index.ts'

const Executor = process.argv[2] === 'threads' ? ThreadPoolExecutor : ProcessPoolExecutor
const Child = process.argv[2] === 'threads' ? Thread : (Process as unknown as typeof Thread)
const manager = await Manager.create()
const goesOn = manager.event()
const busy = manager.barrier(3)
const list = await manager.list<string>()

const pool = new Executor({ maxWorkers: 1 })
const task = pool.submit(async () => {
  await busy.wait()
  await goesOn.wait()
  return 'task finished'
})
const child = new Child({
  target: async () => {
    await busy.wait()
    await goesOn.wait()
    await list.push('child finished')
  },
})
await child.start()

const finish = async (signal: NodeJS.Signals): Promise<void> => {
  goesOn.set()
  await child.join()
  console.log([signal, await task, ...(await list.slice()), child.exitCode].join())
  await pool.shutdown()
  await manager.shutdown()
  process.exit(0)
}
process.on('SIGINT', signal => void finish(signal)).on('SIGTERM', signal => void finish(signal))
await busy.wait()
console.log('all are busy')
setInterval(() => {}, 1000)
