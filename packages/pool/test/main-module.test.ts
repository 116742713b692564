import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Outcome {
  readonly stdout: string
  readonly stderr: string
}

const folder = fileURLToPath(new URL('./programs/circular/', import.meta.url))

function run(main: string, kind: string, way = ''): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=@manyhands/source', main, kind, way], { cwd: folder })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', chunk => (texts[name] += chunk))
  }
  return new Promise(resolve => child.on('close', () => resolve(texts)))
}

const refusal = new RegExp(
  'imports the main module of the program, file:\\S+(?:main\\.\\w+|old/index\\.js), ' +
    'which would run again in the worker\\.\\s+Move what both need to a module of its own',
)
const ways = ['a function', 'a class', 'an initializer', 'a nested pool', 'a target']

describe.each(['threads', 'processes'])('in workers that are %s', kind => {
  test.for(kind === 'threads' ? ways : [...ways, 'a subclass', 'preload'])(
    'the main module is not run again for the module of %s that imports it',
    async way => {
      const { stdout, stderr } = await run('main.ts', kind, way)
      expect(stderr).toMatch(refusal)
      expect(stderr).toContain('circular/between.ts imports')
      expect(stdout).toBe(way === 'preload' ? 'main runs\nresult undefined\n' : 'main runs\n')
    },
  )

  test('the main module of CommonJS is not run again either', async () => {
    const { stdout, stderr } = await run('main.cjs', kind)
    expect(stderr).toMatch(refusal)
    expect(stdout).toBe('main runs\n')
  })

  test('a main module that was started by a link to it is not run again either', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
    const link = join(temporary, 'link')
    symlinkSync(join(folder, 'main.ts'), link)
    const { stdout, stderr } = await run(link, kind, 'a function')
    rmSync(temporary, { recursive: true })
    expect(stderr).toMatch(refusal)
    expect(stdout).toBe('main runs\n')
  })

  test('a main module that was started by its folder is not run again either', async () => {
    const { stdout, stderr } = await run('./old', kind)
    expect(stderr).toMatch(refusal)
    expect(stdout).toBe('main runs\n')
  })

  test('a task that imports the main module is told so', async () => {
    const { stdout, stderr } = await run('main.ts', kind, 'an import of its own')
    expect(stderr).toContain('a worker was asked to import the main module of the program')
    expect(stdout).toBe('main runs\n')
  })

  test('functions of the main module itself go to workers as before', async () => {
    expect(await run('main.ts', kind, 'a function of its own')).toEqual({ stdout: 'main runs\nresult 6\n', stderr: '' })
  })
})
