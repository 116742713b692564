import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SHARE_ENV } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { Process, ProcessPoolExecutor, ThreadPoolExecutor } from '../src/index.ts'

const program = fileURLToPath(new URL('./programs/place.ts', import.meta.url))

function run(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=@manyhands/source', program, ...args])
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', chunk => (texts[name] += chunk))
  }
  return new Promise(resolve => child.on('close', () => resolve(texts)))
}

const expected = `title and path a program,true
arguments --given
environment own
at the start first
after chdir second
nested second,a program
`

test('a thread has the arguments, the title, the environment and the directory that it should have', async () => {
  expect(await run('threads', 'spawn')).toEqual({
    stdout: `${expected}child --child,of the program,a program\nshared environment shared\n`,
    stderr: '',
  })
})

test.for(['spawn', 'forkserver'])('a process (%s) has them too, and goes where the program goes', async method => {
  const { stdout, stderr } = await run('processes', method)
  expect(stdout).toBe(
    `${expected}called before and after second,third\nremoved third\nchild --child,of the program,a program\n`,
  )
  expect(stderr).toMatch(/\[MANYHANDS_DIRECTORY\] Warning: a worker cannot follow the program to \S+first \(ENOENT\)/)
  expect(stderr.match(/Warning/g)).toHaveLength(1)
})

test('what is no place is refused', () => {
  const share = { env: SHARE_ENV } as const
  expect(() => new ProcessPoolExecutor(share)).toThrow(
    'env must not be SHARE_ENV for processes, which cannot share it: pass an object, or use threads',
  )
  expect(() => new Process(share)).toThrow('env must not be SHARE_ENV for processes')
  expect(() => new ThreadPoolExecutor({ env: 'PATH' as never })).toThrow('env must be an object, got "PATH"')
  expect(() => new ThreadPoolExecutor({ argv: '--x' as never })).toThrow('argv must be an array, got "--x"')
  expect(() => new ThreadPoolExecutor({ argv: [1] as never })).toThrow('argv must contain strings, got 1')
})
