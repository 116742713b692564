import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Pool, type PoolOptions } from '../../src/index.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const pool = new Pool({ kind: process.argv[2] as NonNullable<PoolOptions['kind']>, maxWorkers: 1 })

/** In a function of its own: one that waits keeps its temporary values. */
async function run(): Promise<WeakRef<object>[]> {
  const argument = { text: 'argument' }
  const result = await pool.apply((value: object) => ({ value }), [argument])
  const results = await pool.map((value: object) => [value], [argument])
  return [argument, result, ...results].map(value => new WeakRef(value))
}

const refs = await run()
await pool.apply(() => 1)
while (refs.some(ref => ref.deref() !== undefined)) {
  await new Promise(setImmediate) // what was looked at is kept until then
  gc()
}
console.log('let go')
pool.close()
