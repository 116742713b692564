import { within } from '../deadline.ts'
import type { Row } from '../row.ts'
import type { Measurement, SectionDefinition } from '../section.ts'
import { median } from '../statistics.ts'

interface Size {
  readonly metric: string
  readonly megabytes: number
  readonly transfer: boolean
  readonly warm: number
  readonly most: number
  readonly budgetMs: number
}

const sizes: readonly Size[] = [
  { metric: 'mb1ms', megabytes: 1, transfer: false, warm: 3, most: 40, budgetMs: 300 },
  { metric: 'mb64ms', megabytes: 64, transfer: false, warm: 1, most: 6, budgetMs: 600 },
  { metric: 'mb1TransferMs', megabytes: 1, transfer: true, warm: 3, most: 40, budgetMs: 300 },
  { metric: 'mb64TransferMs', megabytes: 64, transfer: true, warm: 1, most: 6, budgetMs: 600 },
]

/** An object of 1 kB and arrays of floats, there and back: copied, and moved where the row can. */
export const payload: SectionDefinition = {
  name: 'payload',
  title: 'echo of an object of 1 kB and of a Float64Array of 1 and 64 MiB (Transfer: moved both ways)',
  metrics: ['kb1ms', ...sizes.map(size => size.metric)].map(name => ({ name, unit: 'ms', better: 'lower' })),
  kinds: ['thread', 'process', 'sync'],
  async measure(row, workers) {
    const values: Record<string, number> = {}
    const notes: string[] = []
    const record = async (metric: string, measure: () => Promise<number>): Promise<void> => {
      try {
        values[metric] = await measure()
      } catch (error) {
        notes.push(`${metric}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 100))
      }
    }
    await record('kb1ms', () => echoObject(row, workers))
    for (const size of sizes) {
      // What does not come back as it left will not do so when it is larger.
      if (size.metric === 'mb64ms' && values['mb1ms'] === undefined) continue
      if (size.transfer || row.alwaysMoves !== true) await record(size.metric, () => echoArray(row, workers, size))
      if (Number.isNaN(values[size.metric])) delete values[size.metric]
    }
    return { values, notes } satisfies Measurement
  },
}

async function echoObject(row: Row, workers: number): Promise<number> {
  const pool = await row.open({ workers: row.kind === 'sync' ? 1 : workers, operation: 'echo' })
  const object = kilobyte()
  const check = (y: unknown): void => {
    if (JSON.stringify(y) !== JSON.stringify(object)) throw new Error('did not come back as it left')
  }
  const time = await repeat(
    { warm: 200, most: 1500, budgetMs: 300 },
    () => object,
    x => pool.run(x),
    check,
  )
  await pool.close()
  return time
}

/** NaN when the row cannot transfer. */
async function echoArray(row: Row, workers: number, size: Size): Promise<number> {
  const pool = await row.open({
    workers: row.kind === 'sync' ? 1 : workers,
    operation: size.transfer ? 'bounce' : 'echo',
  })
  const { runTransfer } = pool
  if (size.transfer && runTransfer === undefined) {
    await pool.close()
    return Number.NaN
  }
  const source = Float64Array.from({ length: size.megabytes * 131_072 }, (_, i) => i * 1.1)
  const check = (y: unknown): void => {
    const same =
      y instanceof Float64Array && y.length === source.length && y[5] === source[5] && y.at(-1) === source.at(-1)
    if (!same) throw new Error('did not come back as it left')
  }
  const run =
    size.transfer && runTransfer !== undefined
      ? (x: Float64Array<ArrayBuffer>) => runTransfer(x)
      : (x: unknown) => pool.run(x)
  const time = await repeat(size, () => (size.transfer ? source.slice() : source), run, check)
  await pool.close()
  return time
}

async function repeat<T>(
  { warm, most, budgetMs }: { readonly warm: number; readonly most: number; readonly budgetMs: number },
  make: () => T,
  run: (x: T) => unknown,
  check: (y: unknown) => void,
): Promise<number> {
  check(await within(20_000, 'the first echo', run(make())))
  for (let i = 0; i < warm; i++) await run(make())
  const times: number[] = []
  const start = performance.now()
  while (times.length < most && performance.now() - start < budgetMs) {
    const x = make()
    const begin = performance.now()
    await run(x)
    times.push(performance.now() - begin)
  }
  return median(times)
}

function kilobyte(): object {
  return {
    id: 12_345,
    name: 'x'.repeat(400),
    tags: Array.from({ length: 20 }, (_, i) => `tag-${i}`),
    nested: { a: 1.5, b: [1, 2, 3, 4, 5, 6, 7, 8], c: { d: 'y'.repeat(300), e: null, f: true } },
  }
}
