// All cases in all environments, on each Node whose binary is given: `pnpm matrix [node …]`. Prints a table; fails if a
// case is wrong, or fails where it should work.
import { execFileSync } from 'node:child_process'
import { count, environments, slowEnvironments } from './environments.mjs'
import { known } from './known.mjs'
import { smokes } from './smokes.mjs'

const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath]
const bad = []
console.log(`${''.padEnd(44)} works  refused  error  wrong`)
for (const node of nodes) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  for (const [name, run] of Object.entries({ ...environments, ...slowEnvironments })) {
    const rows = await run(node)
    const counts = count(rows)
    console.log(
      `${`${version} ${name}`.padEnd(44)} ${Object.values(counts)
        .map((number, i) => String(number).padStart([5, 8, 6, 6][i]))
        .join(' ')}`,
    )
    for (const row of rows) {
      if (row[2] === 'wrong' || (row[2] === 'error' && known[name]?.includes(row[0]) !== true)) {
        bad.push([version, name, ...row])
      }
    }
  }
}
for (const [name, run] of Object.entries(smokes)) {
  const outcome = await run()
  console.log(`${name.padEnd(44)} ${outcome}`)
  if (!/^(works|refused|not installed)/.test(outcome)) bad.push([name, outcome])
}
for (const row of bad) console.log(row.join(' | '))
process.exitCode = bad.length === 0 ? 0 : 1
