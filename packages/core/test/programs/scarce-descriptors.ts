import { closeSync, openSync } from 'node:fs'
import { Lock } from '../../src/index.ts'

// Run with a low limit of open files.
const print = (error: unknown): void => console.log((error as NodeJS.ErrnoException).code, (error as Error).message)

// None is left to load the native module with.
const taken: number[] = []
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch {
  try {
    void new Lock({ across: 'processes' })
  } catch (error) {
    print(error)
  }
}
for (const fd of taken) closeSync(fd)

const kept: Lock[] = [new Lock({ across: 'processes' })]
for (let i = 0; i < 3000; i++) void new Lock({ across: 'processes' })
await Promise.resolve()
for (let i = 0; i < 3000; i++) void new Lock({ across: 'processes' })
console.log('6000 dropped', (await kept[0]?.acquire()) !== undefined)

try {
  for (;;) kept.push(new Lock({ across: 'processes' }))
} catch (error) {
  print(error)
}
