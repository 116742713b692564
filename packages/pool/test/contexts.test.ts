import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { InvalidStateError } from '@manyhands/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  allStartMethods,
  getContext,
  getStartMethod,
  Process,
  ProcessPoolExecutor,
  setPreload,
  setStartMethod,
  warmUp,
} from '../src/index.ts'
import { sleep, tellMethod } from './tasks/processes.ts'
import { exit } from './tasks/work.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => setStartMethod(null, { force: true }))

function program(name: string, ...args: string[]) {
  return promisify(execFile)(
    process.execPath,
    ['--conditions=@manyhands/source', fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url)), ...args],
    { timeout: 170_000 },
  )
}

// CPython: test_context
test.for(['spawn', 'forkserver'] as const)(
  'X01 a context has its start method for good, and so have its processes: %s',
  async method => {
    const context = getContext(method)
    expect(context.startMethod).toBe(method)
    expect(context.getStartMethod()).toBe(method)
    expect(context.getContext()).toBe(context)
    expect(getContext(method)).toBe(context)
    expect(() => context.setStartMethod('spawn')).toThrow(InvalidStateError)
    expect(() => context.setStartMethod(null)).toThrow(InvalidStateError)
    const file = join(folder, method)
    const child = new context.Process({ target: tellMethod, args: [file] })
    await child.start()
    await child.join()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toBe(method)
  },
)

// CPython: test_set_get
test('X02 the start method is set once, unless by force', () => {
  expect(getStartMethod({ allowNone: true })).toBe(null)
  setStartMethod('forkserver')
  expect(getStartMethod()).toBe('forkserver')
  expect(getContext().startMethod).toBe('forkserver')
  expect(() => setStartMethod('spawn')).toThrow('the start method is `forkserver` already')
  setStartMethod('spawn', { force: true })
  expect(getStartMethod()).toBe('spawn')
  setStartMethod(null, { force: true })
  expect(getStartMethod({ allowNone: true })).toBe(null)
  expect(getStartMethod()).toBe('spawn')
  expect(getStartMethod({ allowNone: true })).toBe('spawn')
})

test('processes of the program follow setStartMethod', async () => {
  setStartMethod('forkserver')
  const file = join(folder, 'follows')
  const child = new Process({ target: tellMethod, args: [file] })
  await child.start()
  await child.join()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toBe('forkserver')
})

// CPython: test_get_all
test('X03 all start methods are listed, the default first', () => {
  expect(allStartMethods()).toEqual(['spawn', 'forkserver'])
  expect(getStartMethod()).toBe(allStartMethods()[0])
})

test('a method that there is not is refused', () => {
  expect(() => setStartMethod('fork' as never)).toThrow("there is no start method 'fork'")
  expect(() => getContext('threads' as never)).toThrow("must be 'spawn' or 'forkserver', got \"threads\"")
  expect(() => new ProcessPoolExecutor({ startMethod: 'warm' as never })).toThrow(TypeError)
})

// CPython: test_preload_resources
test('X04 modules that are preloaded are there, and are run once', async () => {
  const { stdout, stderr } = await program('preloads')
  expect(stdout.split('\n')).toEqual(['false', 'true preloaded once', 'true preloaded once', 'true preloaded once', ''])
  expect(stderr).toBe('')
})

test('setPreload must come before the first process that was started so', async () => {
  await warmUp()
  expect(() => setPreload(['node:fs'])).toThrow(/comes too late/)
  expect(() => setPreload('node:fs' as never)).toThrow('setPreload takes an array of modules, got "node:fs"')
  expect(() => setPreload([5 as never])).toThrow(TypeError)
})

test('a module that cannot be preloaded is told, and the process goes on', async () => {
  const { stdout, stderr } = await program('preload-fails', 'warn')
  expect(stdout).toBe('0\n')
  expect(stderr).toMatch(/cannot be preloaded:\n[^]*failed to load/)
  expect(await program('preload-fails', 'ignore')).toEqual({ stdout: '0\n', stderr: '' })
  expect(await program('preload-fails', 'fail')).toMatchObject({ stdout: '1\n' })
})

// CPython: test_forkserver_sigkill: there is no server process here, only those that wait.
test.runIf(process.platform === 'linux')(
  'P20 when the processes that wait are killed, those that run go on and new ones start',
  async () => {
    const { Process: Waiting } = getContext('forkserver')
    await warmUp()
    const running = new Waiting({ target: sleep })
    await running.start()
    await warmUp()
    const spares = childrenOf(process.pid).filter(pid => pid !== running.pid)
    expect(spares.length).toBeGreaterThan(0)
    for (const pid of spares) process.kill(pid, 'SIGKILL')
    // One that this process has not heard of may still be given work, and takes it along.
    while (childrenOf(process.pid).some(pid => spares.includes(pid))) await new Promise(setImmediate)
    const next = new Waiting({ target: exit, args: [3] })
    await next.start()
    expect(await next.join()).toEqual({ exitCode: 3, signalCode: null })
    expect(running.isAlive).toBe(true)
    running.kill()
    await running.join()
  },
)

test('an executor takes processes that wait, with the environment and directory of now', async () => {
  await warmUp()
  process.env['SET_LATER'] = 'yes'
  try {
    await using pool = new (getContext('forkserver').ProcessPoolExecutor)({ maxWorkers: 1 })
    expect(
      await pool.submit(() => [
        process.env['SET_LATER'],
        process.env['MANYHANDS_MAX_CPU_COUNT'] !== undefined,
        process.cwd(),
      ]),
    ).toEqual(['yes', true, process.cwd()])
  } finally {
    delete process.env['SET_LATER']
  }
})

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

test.for(['no modules', 'preload'])(
  'a spare that is taken before it is prepared gets its orders and all that follows them: %s',
  async preload => {
    const { stdout } = await program('takes-spares-early', preload)
    expect(stdout).toBe('[ 1, 2, 3 ]\nvalue\n{ exitCode: 0, signalCode: null }\n')
  },
)

test('workers of every kind have the arguments of the program, and so have the modules that they preload', async () => {
  const { stdout } = await program('arguments', '--verbose', 'file.txt')
  expect(stdout).toBe('true\n'.repeat(13))
})
