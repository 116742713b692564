import { join } from 'node:path'
import { createCodec, pack } from '@manyhands/closure'
import { within } from '../deadline.ts'
import type { OpenRow, Row } from '../row.ts'
import type { SectionDefinition } from '../section.ts'
import { median } from '../statistics.ts'

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
  twice(): number {
    return this.x * 2
  }
}

/** Each kind makes a function whose captures are new, what it captures, and what it returns. */
const kinds: Readonly<
  Record<string, (n: number) => { readonly fn: () => unknown; readonly captures: unknown; readonly result: unknown }>
> = {
  none: () => ({ fn: () => 1 + 1, captures: {}, result: 2 }),
  primitives: n => {
    const [a, b] = [n, n + 1]
    return { fn: () => a + b, captures: { a, b }, result: n + n + 1 }
  },
  nested: n => {
    const inner = (x: number): number => x + n
    const outer = (x: number): number => inner(inner(x))
    return { fn: () => outer(1), captures: { n }, result: 1 + 2 * n }
  },
  imports: n => ({ fn: () => join('a', String(n)), captures: { n }, result: join('a', String(n)) }),
  instance: n => {
    const point = new Point(n)
    return { fn: () => point.twice(), captures: { point }, result: 2 * n }
  },
}

/** How a row turns a function into what it sends. workerpool sends the text, as `fn.toString()` does. */
const packers: Readonly<Record<string, (fn: () => unknown, captures: unknown) => unknown>> = {
  'manyhands closures': fn => pack(fn),
  'workerpool inline': fn => String(fn),
  'fn.toString()': fn => String(fn),
  structuredClone: (_fn, captures) => structuredClone(captures),
}

const data: Readonly<Record<string, () => object>> = {
  numbers: () => Array.from({ length: 1e5 }, (_, i) => i * 1.5),
  records: () => Array.from({ length: 1e4 }, (_, i) => ({ id: i, name: `n${i}`, ok: i % 2 === 0 })),
  floats: () => new Float64Array(1e6),
}

/**
 * What it takes to send a function that is made anew for each call, by what it captures; and plain data as an argument,
 * against structuredClone of the same.
 */
export const closures: SectionDefinition = {
  name: 'closures',
  title: 'a function by its captures: packed (Us), on a thread (CallUs); data against structuredClone (Ratio)',
  metrics: [
    ...Object.keys(kinds).map(kind => ({ name: `${kind}Us`, unit: 'µs', better: 'lower' as const })),
    ...Object.keys(kinds).map(kind => ({ name: `${kind}CallUs`, unit: 'µs', better: 'lower' as const })),
    ...Object.keys(data).map(name => ({ name: `${name}Ratio`, unit: '×', better: 'lower' as const })),
  ],
  kinds: [],
  async measure(row) {
    const values: Record<string, number> = {}
    const notes: string[] = []
    for (const kind of Object.keys(kinds)) values[`${kind}Us`] = packing(row, kind)
    if (row.kind !== 'limit') {
      const pool = await row.open({ workers: 1, operation: 'inc' })
      for (const kind of Object.keys(kinds)) {
        try {
          values[`${kind}CallUs`] = await calling(pool, kind)
        } catch (error) {
          notes.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 60))
        }
      }
      await pool.close()
    }
    if (row.name === 'manyhands closures') {
      for (const [name, make] of Object.entries(data)) values[`${name}Ratio`] = ratioOf(make())
    }
    return { values, notes }
  },
}

function packing(row: Row, kind: string): number {
  const times: number[] = []
  for (let n = 0; n < 300; n++) {
    const { fn, captures } = made(kind, n)
    const begin = performance.now()
    packers[row.name]?.(fn, captures)
    times.push((performance.now() - begin) * 1000)
  }
  return median(times.slice(50))
}

async function calling(pool: OpenRow, kind: string): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 300; n++) {
    const { fn, result } = made(kind, n)
    const begin = performance.now()
    const got = await within(10_000, 'a call', pool.run(fn))
    times.push((performance.now() - begin) * 1000)
    if (got !== result) throw new Error('a wrong result')
  }
  return median(times.slice(50))
}

/** Both in turn, so that a slow moment meets both. */
function ratioOf(value: object): number {
  const codec = createCodec({ across: 'threads' })
  const [plain, encoded]: [number[], number[]] = [[], []]
  for (let i = 0; i < 30; i++) {
    let begin = performance.now()
    structuredClone(value)
    plain.push(performance.now() - begin)
    begin = performance.now()
    codec.decode(structuredClone(codec.encode(value, new Set()) ?? {}))
    encoded.push(performance.now() - begin)
  }
  return median(encoded) / median(plain)
}

function made(
  kind: string,
  n: number,
): { readonly fn: () => unknown; readonly captures: unknown; readonly result: unknown } {
  const make = kinds[kind]
  if (make === undefined) throw new Error(`no kind ${kind}`)
  return make(n)
}
