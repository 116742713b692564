import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

type Verdict = 'works' | 'refused' | 'error' | 'wrong'
type Row = readonly [name: string, across: string, verdict: Verdict, detail?: string]

/** Plain Node, where the modules that hold the cases are as a user's are. */
const runner = join(import.meta.dirname, 'support/print-cases.mjs')

test('every case works, or is refused as intended, to a thread and to a process', { timeout: 180_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', runner], {
    maxBuffer: 1 << 26,
    timeout: 170_000,
  })
  const rows = JSON.parse(stdout) as Row[]
  expect(rows.filter(row => row[2] === 'error' || row[2] === 'wrong')).toEqual([])
  await expect(tableOf(rows)).toMatchFileSnapshot('./cases.table.txt')
})

/** One line for each case: what came of it to a thread, to a process. */
function tableOf(rows: readonly Row[]): string {
  const lines: string[] = []
  for (let i = 0; i < rows.length; i += 2) {
    const [thread, process] = [rows[i] as Row, rows[i + 1] as Row]
    lines.push(`${thread[2].padEnd(8)} ${process[2].padEnd(8)} ${thread[0]}`)
  }
  const count = (verdict: Verdict): number => rows.filter(row => row[2] === verdict).length
  return (
    `thread   process  case\n${lines.join('\n')}\n\n${lines.length} cases, each to a thread and to a ` +
    `process: ${count('works')} work, ${count('refused')} are refused as intended, ${count('error')} fail, ` +
    `${count('wrong')} are wrong\n`
  )
}
