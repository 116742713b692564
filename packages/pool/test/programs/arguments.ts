import {
  Process,
  ProcessPoolExecutor,
  setPreload,
  setStartMethod,
  Thread,
  ThreadPoolExecutor,
  warmUp,
} from '../../src/index.ts'

// Prints true for each kind of worker that has the arguments of the program.
const expected = JSON.stringify(process.argv)
const isSame = () => JSON.stringify(process.argv) === expected
const preloaded = 'data:text/javascript,globalThis.argvAtPreload = JSON.stringify(process.argv)'
setPreload([preloaded])
for (const method of ['spawn', 'forkserver'] as const) {
  setStartMethod(method, { force: true })
  if (method === 'forkserver') await warmUp()
  for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool({ maxWorkers: 1 })
    console.log(await pool.submit(isSame))
    const nested = async () => {
      const inner = new Pool({ maxWorkers: 1 })
      const result = await inner.submit(isSame)
      await inner.shutdown()
      return result
    }
    console.log(await pool.submit(nested))
    if (method === 'forkserver' && Pool === ProcessPoolExecutor) {
      console.log(await pool.submit(() => (globalThis as { argvAtPreload?: string }).argvAtPreload === expected))
    }
    await pool.shutdown()
  }
  for (const Child of [Thread, Process as unknown as typeof Thread]) {
    const child = new Child({ target: () => console.log(isSame()) })
    await child.start()
    await child.join()
  }
}
