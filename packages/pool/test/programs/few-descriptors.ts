import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

// Run with a limit of open files that some of the workers fit into.
const [kind, onWorkerExit] = process.argv.slice(2) as ['threads' | 'processes', 'fail-task' | 'break' | 'retry']
process.on('warning', warning => console.log(`${(warning as NodeJS.ErrnoException).code}: ${warning.message}`))
const Pool = kind === 'threads' ? ThreadPoolExecutor : ProcessPoolExecutor
const pool = new Pool({ maxWorkers: 16, onWorkerExit })
const busy = (i: number): number => {
  for (const until = performance.now() + 5; performance.now() < until;);
  return i
}
const futures = Array.from({ length: 100 }, (_, i) => pool.submit(busy, i))
console.log((await Promise.all(futures)).every((value, i) => value === i))
await pool.shutdown()
