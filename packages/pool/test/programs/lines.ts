import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from '../../src/index.ts'

// What tasks print, in each way in which they, their worker or the program can end: `node lines.ts threads way`.
const [, , kind, way, file = ''] = process.argv
const LINES = 3000
const newPool = () =>
  kind === 'threads' ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 })
const newChild = (target: () => unknown) => (kind === 'threads' ? new Thread({ target }) : new Process({ target }))
const print = (): void => {
  for (let i = 0; i < LINES; i++) console.log(`line ${i} ${'#'.repeat(100)}`)
}
const name = (error: Error): void => console.log(error.name)

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'the program ends': () => newPool().submit(print),
  'the program exits': async () => {
    await newPool().submit(print)
    process.exit()
  },
  'the program exits before it has received them': async () => {
    const pool = newPool()
    await pool.submit(() => {})
    void pool.submit(() => {
      for (let i = 0; i < 100; i++) console.log(`line ${i} ${'#'.repeat(100)}`)
      writeFileSync(file, '')
    })
    setImmediate(() => {
      while (!existsSync(file));
      process.exit()
    })
  },
  'the pool is shut down': async () => {
    const pool = newPool()
    await pool.submit(print)
    await pool.shutdown()
    console.log('down')
  },
  'the task exits': async () => {
    const pool = newPool()
    await pool.submit(() => (print(), process.exit(1))).catch(name)
    await pool.shutdown()
  },
  'the task runs out of time': async () => {
    const pool = newPool()
    const late = pool.with({ timeoutMs: 1500 }).submit(() => {
      print()
      for (;;);
    })
    await late.catch(() => {})
    await pool.shutdown()
    console.log('TaskTimeoutError')
  },
  'a child ends': async () => {
    const child = newChild(print)
    await child.start()
    await child.join()
    console.log('joined')
  },
  'a child exits': async () => {
    const child = newChild(() => (print(), process.exit(4)))
    await child.start()
    console.log((await child.join())?.exitCode)
  },
  'results are received between them': async () => {
    const pool = newPool()
    for (let i = 0; i < 20; i++) {
      await pool.submit(k => {
        process.stdout.write(`line ${2 * k} ${'#'.repeat(k === 7 ? 500_000 : 1)}\n`)
        process.stdout.write(Buffer.from(`line ${2 * k + 1}\n`))
      }, i)
      console.log(`result ${i}`)
    }
  },
  'a program that the task runs prints between them': async () => {
    await newPool().submit(() => {
      console.log('line 0')
      execFileSync(process.execPath, ['-e', "console.log('line 1')"], { stdio: 'inherit' })
      console.log('line 2')
    })
  },
  'nobody reads for a while': async () => {
    await newPool().submit(async () => {
      let i = 0
      while (i < LINES && process.stdout.write(`line ${i++} ${'#'.repeat(10_000)}\n`));
      console.error(i < LINES ? 'full' : 'never full')
      if (i < LINES) await once(process.stdout, 'drain')
      for (; i < LINES; i++) console.log(`line ${i}`)
    })
  },
}
await ways[way ?? '']?.()
