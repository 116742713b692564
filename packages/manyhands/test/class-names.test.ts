import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// Of the built packages, as they are published.

const report = `
const classes = Object.entries(await import(process.argv[1])).filter(([, value]) => /^class\\b/.test(String(value)))
console.log(JSON.stringify(classes.map(([exported, { name }]) => [exported, name])))
`

test.each([
  ['base', 20],
  ['core', 30],
  ['pool', 10],
  ['shared-memory', 5],
])('the classes of %s have their names', async (name, least) => {
  const file = join(import.meta.dirname, `../../${name}/dist/index.js`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', report, file])
  const classes = JSON.parse(stdout) as [string, string][]
  expect(classes.map(([, own]) => own)).toEqual(classes.map(([exported]) => exported))
  expect(classes.length).toBeGreaterThanOrEqual(least)
})
