import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(match => match[1] ?? '')

test('the README has examples', () => {
  expect(examples.length).toBeGreaterThan(0)
})

test.each(examples.map((code, index) => [index + 1, code] as const))('example %i of the README prints what it says', async (_, code) => {
  const expected = [...code.matchAll(/^\s*console\.log\(.*\) \/\/ (.*)$/gm)].map(match => match[1])
  // Inside of the package, so that its own name and those of its dependencies resolve.
  const folder = await mkdtemp(join(root, '.readme-'))
  try {
    const file = join(folder, 'example.ts')
    await writeFile(file, code)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', file])
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toEqual(expected)
  } finally {
    await rm(folder, { recursive: true })
  }
})
