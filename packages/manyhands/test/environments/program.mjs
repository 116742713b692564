// Under plain Node: the cases whose names have a word of the arguments, or all.
import { cases } from './cases.mjs'

process.on('warning', warning => console.log(`${warning.code}: ${warning.message}`))
const words = process.argv.slice(2)
for (const [name, check] of Object.entries(cases)) {
  if (words.length > 0 && !words.some(word => name.includes(word))) continue
  try {
    await check()
    console.log(`ok ${name}`)
  } catch (error) {
    console.log(`not ok ${name}: ${String(error)}`)
    process.exitCode = 1
  }
}
