import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

type Row = readonly [name: string, across: string, verdict: 'works' | 'refused' | 'error' | 'wrong', detail?: string]

/** Plain Node, where the modules that hold the cases are as a user's are. */
const runner = join(import.meta.dirname, 'support/run-cases.mjs')

test('every case works, or is refused as intended, to a thread and to a process', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', runner])
  const table = JSON.parse(stdout) as Row[]
  const count = (verdict: Row[2]): number => table.filter(row => row[2] === verdict).length
  expect(table.filter(row => row[2] === 'error' || row[2] === 'wrong')).toEqual([])
  expect(table.length).toBeGreaterThanOrEqual(200)
  expect([count('works') + count('refused'), count('refused') > 0]).toEqual([table.length, true])
})
