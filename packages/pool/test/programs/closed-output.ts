import { writeSync } from 'node:fs'
import { Process } from '../../src/index.ts'

// Run without a stdout. Its processes print, close what they print to, and end well all the same.
const children = [
  new Process({ target: () => console.log('nobody reads this') }),
  new Process({
    target: () => {
      process.stdout.destroy()
      process.stderr.destroy()
    },
  }),
  new Process({
    target: () => {
      process.stdout.end('nor this')
    },
  }),
]
for (const child of children) await child.start()
for (const child of children) await child.join()
writeSync(2, `${children.map(child => child.exitCode).join(' ')}\n`)
