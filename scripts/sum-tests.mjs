// Repeats what vitest said of each test that failed, adds up its `Tests  N failed | N passed (N)` lines, and prints
// `N passed, N failed`. Fails when there was no test or one failed.
import { readFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { stripVTControlCharacters } from 'node:util'

const linesPerFailure = 12

const text = stripVTControlCharacters(readFileSync(argv[2], 'utf8'))
let passed = 0
let failed = 0
for (const [line] of text.matchAll(/^.*\bTests {2}.*$/gm)) {
  passed += Number(/(\d+) passed/.exec(line)?.[1] ?? 0)
  failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0)
}
// A suite that could not even be loaded counts as one failure: it has no `Tests` line of its own.
for (const [line] of text.matchAll(/^.*\bTest Files {2}.*$/gm)) {
  failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0) > 0 && failed === 0 ? 1 : 0
}
const lines = text.split('\n')
for (const [index, line] of lines.entries()) {
  if (/^\S*\s* FAIL {2}/.test(line)) console.log(lines.slice(index, index + linesPerFailure).join('\n'))
}
console.log(`${passed} passed, ${failed} failed`)
exit(passed > 0 && failed === 0 ? 0 : 1)
