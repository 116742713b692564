/**
 * Ends threads at random moments of native calls, and counts the programs that aborted.
 *
 *     node --conditions=@manyhands/source test/programs/terminations.ts 500
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Lock, Region } from '@manyhands/core'
import { Process, Thread, ThreadPoolExecutor } from '@manyhands/pool'

type Cell = Int32Array<SharedArrayBuffer>

function mapForever(began: Cell): void {
  for (;;) {
    Region.create(64, { across: 'processes' }).close()
    Atomics.store(began, 0, 1)
  }
}

/** Reports that it begins before the native code is loaded. */
function loadThenMap(map: (began: Cell) => void, began: Cell): void {
  Atomics.store(began, 0, 1)
  map(began)
}

function mapThenExit(times: number): void {
  for (let i = 0; i < times; i++) Region.create(64, { across: 'processes' })
  process.exit(0)
}

async function collectForever(began: Cell): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (;;) {
    for (let i = 0; i < 50; i++) Region.create(64, { across: 'processes' })
    collect()
    Atomics.store(began, 0, 1)
    await new Promise(setImmediate)
  }
}

async function nest(map: (began: Cell) => void, began: Cell): Promise<void> {
  await new Thread({ target: map, args: [began] }).start()
}

async function exitWhileMapping(map: (began: Cell) => void, afterMs: number): Promise<void> {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  await new Thread({ target: map, args: [cell] }).start()
  while (Atomics.load(cell, 0) === 0) await new Promise(resolve => setTimeout(resolve, 1))
  await new Promise(resolve => setTimeout(resolve, afterMs))
  process.exit(7)
}

const newCell = (): Cell => new Int32Array(new SharedArrayBuffer(4))

async function begun(cell: Cell): Promise<void> {
  while (Atomics.load(cell, 0) === 0) await sleep(1)
}

const shortly = (ms: number): Promise<void> => sleep(Math.random() * ms)

/** Ends a thread of a pool while it runs `task`. */
async function terminate(task: (pool: ThreadPoolExecutor) => Promise<void>): Promise<void> {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  await pool.submit(() => 1)
  await task(pool)
  await pool.terminate()
}

async function runsOnThread(target: (cell: Cell) => unknown, ms: number): Promise<void> {
  const cell = newCell()
  const thread = new Thread({ target, args: [cell] })
  await thread.start()
  await begun(cell)
  await shortly(ms)
  thread.terminate()
  await thread.join()
}

async function startMappers(): Promise<void> {
  const cells = [newCell(), newCell()]
  for (const cell of cells) await new Thread({ target: mapForever, args: [cell], daemon: true }).start()
  for (const cell of cells) await begun(cell)
  await shortly(4)
}

let lock: Lock | undefined

/** One termination each; those of `ends` end the program. */
const rounds = {
  async load() {
    await terminate(async pool => {
      const cell = newCell()
      pool
        .submit(loadThenMap, mapForever, cell)
        .exception()
        .catch(() => {})
      await begun(cell)
      await shortly(20)
    })
  },
  map: () => runsOnThread(mapForever, 4),
  collect: () => runsOnThread(collectForever, 4),
  async block() {
    if (lock === undefined) await (lock = new Lock({ across: 'processes' })).acquire()
    const held = lock
    await terminate(async pool => {
      const cell = newCell()
      const block = (): void => {
        Atomics.store(cell, 0, 1)
        held.acquireSync()
      }
      pool
        .submit(block)
        .exception()
        .catch(() => {})
      await begun(cell)
      await shortly(30)
    })
  },
  async nested() {
    const cell = newCell()
    const thread = new Thread({ target: nest, args: [mapForever, cell] as const })
    await thread.start()
    await begun(cell)
    await shortly(4)
    thread.terminate()
    await thread.join()
  },
  async exit() {
    const thread = new Thread({ target: mapThenExit, args: [Math.floor(Math.random() * 50)] })
    await thread.start()
    await thread.join()
  },
  async threadOfThreadExits() {
    const thread = new Thread({ target: exitWhileMapping, args: [mapForever, Math.random() * 4] as const })
    await thread.start()
    const status = await thread.join()
    if (status?.exitCode !== 7) throw new Error(`the thread ended with ${status?.exitCode}`)
  },
  async processExits() {
    const child = new Process({ target: exitWhileMapping, args: [mapForever, Math.random() * 4] as const })
    await child.start()
    const status = await child.join()
    if (status?.exitCode !== 7) process.exit(1)
  },
}

const ends = {
  async programExits() {
    await startMappers()
    process.exit(0)
  },
  async programEnds() {
    await startMappers()
  },
  async programFails() {
    await startMappers()
    queueMicrotask(() => {
      throw new Error('on purpose')
    })
  },
}

type Kind = keyof typeof rounds | keyof typeof ends

/** How many of 500. */
const shares: Record<Kind, number> = {
  load: 110,
  map: 110,
  collect: 60,
  block: 80,
  nested: 40,
  exit: 20,
  threadOfThreadExits: 20,
  processExits: 20,
  programExits: 20,
  programEnds: 10,
  programFails: 10,
}

/** @returns how many of `count` ended in an abort */
async function perform(kind: Kind, count: number): Promise<number> {
  let aborts = 0
  for (let done = 0; done < count;) {
    const child = spawn(
      process.execPath,
      [...process.execArgv, fileURLToPath(import.meta.url), kind, `${kind in ends ? 1 : count - done}`],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let stderr = ''
    child.stdout.on('data', (text: Buffer) => (done += text.length))
    child.stderr.on('data', (text: Buffer) => (stderr += text))
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (kind in ends) done++
    if (code === (kind === 'programFails' ? 1 : 0)) continue
    aborts++
    if (!(kind in ends)) done++
    console.error(
      `${kind}: ${signal ?? code} ${stderr.split('\n').find(line => /FATAL|Error/.test(line)) ?? stderr.slice(0, 300)}`,
    )
  }
  return aborts
}

const [what = '500', count = '1'] = process.argv.slice(2)
if (what in ends) {
  await ends[what as keyof typeof ends]()
} else if (what in rounds) {
  Region.create(8, { across: 'processes' }).close()
  for (let i = 0; i < Number(count); i++) {
    await rounds[what as keyof typeof rounds]()
    process.stdout.write('.')
  }
} else {
  let terminations = 0
  let aborts = 0
  for (const [kind, share] of Object.entries(shares) as [Kind, number][]) {
    const times = Math.max(1, Math.round((share * Number(what)) / 500))
    const start = performance.now()
    const aborted = await perform(kind, times)
    terminations += times
    aborts += aborted
    if (process.env['VERBOSE'] !== undefined) {
      console.error(
        `${kind}: ${times} terminations, ${aborted} aborts, ${((performance.now() - start) / times).toFixed(0)} ` +
          'ms each',
      )
    }
  }
  console.log(`${terminations} terminations, ${aborts} aborts`)
  process.exitCode = aborts === 0 ? 0 : 1
}
