// What the formatter does not decide: no line of code or comment is longer than 120 columns, and no file longer than
// 400 lines.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { exit } from 'node:process'

const COLUMNS = 120
const LINES = 400
/** Cases of closure keep the form that they test. Markdown is wrapped by the formatter, but for its tables. */
const exempt = /^packages\/closure\/test\/(cases|modules)\//

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mts', '*.cts', '*.mjs', '*.cjs'],
  {
    encoding: 'utf8',
  },
)
let faults = 0
for (const file of files.split('\n')) {
  if (file === '' || exempt.test(file)) continue
  const lines = readFileSync(file, 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    if (line.length > COLUMNS) report(`${file}:${index + 1}: ${line.length} columns, at most ${COLUMNS}`)
  }
  if (lines.length - 1 > LINES) report(`${file}: ${lines.length - 1} lines, at most ${LINES}`)
}
exit(faults === 0 ? 0 : 1)

function report(text) {
  faults++
  console.error(text)
}
