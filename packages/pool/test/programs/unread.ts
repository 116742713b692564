import { writeSync } from 'node:fs'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

// Prints until the reader is gone and beyond: `node unread.ts threads handled`. Its own lines or those of its workers.
const [, , kind, handled] = process.argv
const errors = new Set<string>()
if (handled === 'handled') process.stdout.on('error', error => errors.add(error.message))
process.on('exit', code => writeSync(2, `${[...errors].join()}, exit ${code}\n`))
process.exitCode = 3

const print = async (): Promise<void> => {
  for (let i = 0; i < 2000; i++) {
    process.stdout.write(`line ${i} ${'#'.repeat(1000)}\n`)
    if (i % 10 === 0) await new Promise(setImmediate)
  }
}
if (kind === 'alone') {
  await print()
} else {
  const options = { maxWorkers: 2 }
  const pool = kind === 'threads' ? new ThreadPoolExecutor(options) : new ProcessPoolExecutor(options)
  await Promise.all([pool.submit(print), pool.submit(print), pool.submit(print)])
  await pool.shutdown()
}
writeSync(2, 'done\n')
