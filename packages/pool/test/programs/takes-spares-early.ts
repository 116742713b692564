import { SharedEvent } from '@manyhands/core'
import { Manager, Process, ProcessPoolExecutor, setPreload, setStartMethod, warmUp } from '../../src/index.ts'

// Takes each spare process before it is prepared, when the orders and what follows them are there together.
if (process.argv[2] === 'preload') setPreload(['node:zlib', new URL('../tasks/preloaded.ts', import.meta.url)])
setStartMethod('forkserver')
void warmUp()
const pools = [1, 2, 3].map(() => new ProcessPoolExecutor({ maxWorkers: 1, initializer: async () => {} }))
console.log(await Promise.all(pools.map((pool, i) => pool.submit(x => x + 1, i))))
await Promise.all(pools.map(pool => pool.shutdown()))

void warmUp()
const manager = await Manager.create()
const dict = await manager.dict()
await dict.set('key', 'value')
console.log(await dict.get('key'))
await manager.shutdown()

void warmUp()
const event = new SharedEvent({ across: 'processes' })
const child = new Process({ target: async waited => waited.wait(), args: [event] })
await child.start()
event.set()
console.log(await child.join())
