// A pool of processes maps a function over a list.
import { ProcessPoolExecutor } from '@manyhands/pool'

const cube = (x: number): number => x ** 3

const pool = new ProcessPoolExecutor({ maxWorkers: 2 })
for await (const result of pool.map(cube, [1, 2, 3, 4, 5, 6], { chunkSize: 2 })) console.log(result)
await pool.shutdown()
