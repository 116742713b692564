import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '../src')

/** What each program prints. Lines of several processes come in any order: those are sorted. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'pool-map': ['1', '8', '27', '64', '125', '216'],
  event: ['ready, steady', ...[1, 2, 3, 4, 5].map(i => `runner ${i} goes`)],
  semaphore: ['never more than two were inside', ...[1, 2, 3, 4, 5].map(i => `guest ${i} has eaten`)],
  lock: ['with a lock: 80000 of 80000', 'without: fewer than 8000000'],
  'joinable-queue': ['all done: 0 1 4 9 16 25 36 49 64 81', 'workers ended with 0,0'],
  'process-subclass': ['Process-1 ended with code 0: 49'],
  'process-target': ['Process-1 is alive', 'hello world, after 50 ms', 'Process-1 is gone'],
  delayed: ['101 104 109 116 125'],
  listener: [
    'client received {"question":[2,"times",21]}',
    'listener received 1,2,3',
    'a stranger was refused',
    'a stranger was refused',
  ],
  barrier: ['round 1: 1,1,1', 'round 2: 2,2,2', 'round 3: 3,3,3'],
}
const inOrder = new Set(['pool-map', 'lock', 'process-target', 'barrier'])

test('every program is tested', () => {
  expect(
    readdirSync(source)
      .map(file => file.replace('.ts', ''))
      .toSorted(),
  ).toEqual(Object.keys(expected).toSorted())
})

test.each(Object.entries(expected))('%s prints what it says, and ends', async (name, lines) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@manyhands/source', join(source, `${name}.ts`)],
    { timeout: 170_000 },
  )
  expect(stderr).toBe('')
  const printed = stdout.trimEnd().split('\n')
  if (inOrder.has(name)) expect(printed).toEqual(lines)
  else expect(printed.toSorted()).toEqual(lines.toSorted())
})
