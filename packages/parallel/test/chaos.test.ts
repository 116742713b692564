import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('./chaos/chaos.ts', import.meta.url))

test('whatever happens to a pool of threads, each task settles once and nothing is left behind', () => {
  const args = ['--conditions=@manyhands/source', program, '--seconds', '15', '--kind', 'threads']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  console.log(stdout.split('\n')[0]) // the seed
  expect({ status, end: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, end: '' })
  expect(stdout).toMatch(/submitted \d+ settled \d+ duplicates 0 processes 0 segments 0 handles 0\n$/)
})
