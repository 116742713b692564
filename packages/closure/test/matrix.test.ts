import { test } from 'vitest'
// @ts-expect-error: plain JavaScript
import { environments } from './matrix/environments.mjs'
// @ts-expect-error: plain JavaScript
import { known } from './matrix/known.mjs'

type Row = readonly [name: string, across: string, verdict: string, detail?: string]

const programs = environments as Readonly<Record<string, (node: string) => Promise<Row[]>>>
const failing = known as Readonly<Record<string, readonly string[]>>

/** Plain Node has a test of its own, with the table. */
test.concurrent.for(Object.keys(programs).filter(name => name !== 'plain Node'))(
  'every case works, or is refused, in this environment: %s',
  // Six programs at once, each of more than 700 messages.
  { timeout: 240_000 },
  async (name, { expect }) => {
    const rows = (await programs[name]?.(process.execPath)) ?? []
    expect(rows.length).toBeGreaterThan(500)
    expect(rows.filter(row => row[2] === 'wrong')).toEqual([])
    const failed = rows.filter(row => row[2] === 'error')
    expect(failed.filter(row => failing[name]?.includes(row[0]) !== true)).toEqual([])
  },
)
