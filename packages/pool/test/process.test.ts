import { execFile, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cpuCount, currentProcess, Process, ProcessPoolExecutor } from '../src/index.ts'
import { describeProcess } from './suite/describe-process.ts'
import {
  bomb,
  openDescriptors,
  sleep,
  startSleeper,
  tell,
  tellArguments,
  tellDaemons,
  tellDescriptors,
  tellFlags,
} from './tasks/processes.ts'

describeProcess('Process', Process)

let folder = ''
let files = 0
const newFile = (): string => join(folder, String(files++))
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function program(name: string, ...args: string[]) {
  return promisify(execFile)(
    process.execPath,
    ['--conditions=@manyhands/source', fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url)), ...args],
    { timeout: 170_000 },
  )
}

async function isGone(pid: number): Promise<void> {
  const state = (): string | undefined => {
    try {
      return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    } catch {
      return undefined
    }
  }
  for (let now = state(); now !== undefined && now !== 'Z' && now !== 'X'; now = state()) {
    await new Promise(setImmediate)
  }
}

async function appears(file: string): Promise<void> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await new Promise(setImmediate)
}

// CPython: test_daemon_argument
test('P04 a process is a daemon if its creator is, unless it is said', async () => {
  expect([new Process().daemon, new Process({ daemon: true }).daemon]).toEqual([false, true])
  const child = new Process({ target: tellDaemons, args: [newFile()], daemon: true })
  const file = join(folder, String(files - 1))
  await child.start()
  expect(await child.join()).toMatchObject({ exitCode: 0 })
  // A daemon may not start any.
  expect(read(file)).toEqual({ own: true, explicit: false, start: 'InvalidStateError' })
})

// CPython: test_parent_process: there a grandchild sees that its parent is gone. Here it goes as well: nothing outlives
// what started it.
test.runIf(process.platform === 'linux')('P06 a grandchild ends when its parent is killed', async () => {
  const file = newFile()
  const middle = new Process({ target: startSleeper, args: [file] })
  await middle.start()
  await appears(file)
  const pid = read(file) as number
  expect(() => process.kill(pid, 0)).not.toThrow()
  middle.kill()
  await middle.join()
  await isGone(pid)
})

// CPython: test_cpu_count
test('P10 cpuCount is an integer of at least 1', () => {
  expect(Number.isInteger(cpuCount())).toBe(true)
  expect(cpuCount()).toBeGreaterThanOrEqual(1)
})

// CPython: test_child_fd_inflation, test_closefd
test.runIf(process.platform === 'linux')(
  'P17, P27 a child has none of the descriptors of its parent, so neither those of its siblings',
  async () => {
    const siblings = Array.from({ length: 3 }, () => new Process({ target: sleep }))
    await Promise.all(siblings.map(sibling => sibling.start()))
    const opened = newFile()
    tell(opened, '')
    const descriptor = openSync(opened, 'r')
    const file = newFile()
    const child = new Process({ target: tellDescriptors, args: [file] })
    await child.start()
    const ours = openDescriptors()
    await child.join()
    expect(ours).toContain(opened)
    expect(ours.length).toBeGreaterThan(3 * siblings.length)
    const theirs = read(file) as string[]
    expect(theirs.length).toBeGreaterThan(3)
    const fromOutside = openDescriptors(process.ppid)
    expect(
      theirs.filter(target => ours.includes(target) && !fromOutside.includes(target) && target !== '/dev/null'),
    ).toEqual([])
    closeSync(descriptor)
    for (const sibling of siblings) sibling.kill()
    await Promise.all(siblings.map(sibling => sibling.join()))
  },
)

// CPython: test_error_on_stdio_flush_1, _2
test.runIf(process.platform !== 'win32')('P19 closed output does not make a child fail, here or there', async () => {
  const { code, errors } = await new Promise<{ code: number | null; errors: string }>(resolve => {
    const child = spawn('sh', [
      '-c',
      'exec "$0" --conditions=@manyhands/source "$1" >&-',
      process.execPath,
      fileURLToPath(new URL('./programs/closed-output.ts', import.meta.url)),
    ])
    let text = ''
    child.stderr.on('data', chunk => (text += chunk))
    child.on('close', exitCode => resolve({ code: exitCode, errors: text }))
  })
  expect(errors.trimEnd().split('\n')).toEqual(['0 0 0'])
  expect(code).toBe(0)
})

// CPython: test_stderr_flush
test('P22 the stack of an error that was not caught is on stderr, with the name of the process or thread', async () => {
  const { stderr } = await program('uncaught')
  for (const label of ['Process', 'Thread']) {
    expect(stderr).toMatch(new RegExp(`${label} ${label}-1:\\nRangeError: thrown by ${label}-1\\n.*uncaught\\.ts:\\d+`))
    expect(stderr).toMatch(
      new RegExp(`${label} ${label}-2:\\n[^]*RangeError[^\\n]*: late in ${label}-2\\n.*uncaught\\.ts:\\d+`),
    )
  }
  expect(stderr.match(/thrown by Process-1/g)?.length).toBe(1)
})

// CPython: test_sys_exit: the text
test('P23 what exit is given is on stderr', async () => {
  const { stderr } = await program('exits')
  expect(stderr.split('\n').toSorted()).toEqual(['', '[ 1, 2, 3 ]', '[ 1, 2, 3 ]', 'ignore this', 'ignore this'])
})

// CPython: test_poll_eintr
test.runIf(process.platform !== 'win32')('P24 a signal that is handled here does not disturb a join', async () => {
  const heard = new Promise<void>(resolve => process.once('SIGUSR2', () => resolve()))
  const parent = process.pid
  const child = new Process({ target: (pid: number) => void process.kill(pid, 'SIGUSR2'), args: [parent] })
  await child.start()
  expect(await child.join()).toEqual({ exitCode: 0, signalCode: null })
  await heard
})

// CPython: test_noforkbomb: no guard is needed, as the main module is not run again.
test('P25 a main module without a guard starts its process once', async () => {
  expect(await program('no-guard')).toEqual({ stdout: 'main\nchild of MainProcess\n', stderr: '' })
})

test('a process that starts itself over and over is stopped by the limit of depth', async () => {
  const file = newFile()
  const child = new Process({ target: bomb, args: [file], env: { ...process.env, MANYHANDS_MAX_DEPTH: '3' } })
  await child.start()
  expect(await child.join()).toMatchObject({ exitCode: 0 })
  expect(readFileSync(file, 'utf8')).toBe(
    'xxx`Process-' +
      child.name.slice(8) +
      ':1:1:1` would be nested 4 deep, and 3 is the limit: does each process start another? ' +
      'MANYHANDS_MAX_DEPTH sets another limit',
  )
})

// CPython: test_flags
test('P26 flags of this process are those of its children and theirs', async () => {
  const file = newFile()
  const child = new Process({ target: tellFlags, args: [file, true] })
  await child.start()
  await child.join()
  const [first, second] = readFileSync(file, 'utf8').split('\n')
  expect(first).toContain('--conditions=@manyhands/source')
  expect(second).toBe(first)
})

test('flags and environment can be given', async () => {
  const file = newFile()
  const child = new Process({
    target: (path: string) =>
      tell(path, [process.execArgv.includes('--no-deprecation'), process.env['WORD'], process.env['PATH']]),
    args: [file],
    execArgv: [...process.execArgv, '--no-deprecation'],
    env: { WORD: 'x' },
  })
  await child.start()
  await child.join()
  expect(read(file)).toEqual([true, 'x', null])
})

test('the authKey is not in the environment', async () => {
  const file = newFile()
  const child = new Process({ target: (path: string) => tell(path, process.env), args: [file] })
  await child.start()
  await child.join()
  const key = Buffer.from(currentProcess().authKey)
  const text = readFileSync(file, 'utf8')
  for (const form of ['hex', 'base64', 'latin1'] as const) expect(text).not.toContain(key.toString(form))
})

// CPython: test_thread_names_assigned, test_thread_names_default
test('F41 workers of executors know who they are and inherit the key', async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
  const file = newFile()
  await pool.submit(tellArguments, file)
  expect(read(file)).toMatchObject({
    name: 'worker-0',
    parent: { name: 'MainProcess', pid: process.pid },
    authKey: Buffer.from(currentProcess().authKey).toString('hex'),
  })
  await pool.shutdown()
})

test('a process that cannot be started rejects with what the system says', async () => {
  const child = new Process({ target: () => {}, env: { TOO_LARGE: 'x'.repeat(8 << 20) } })
  await expect(child.start()).rejects.toMatchObject({ code: 'E2BIG' })
  expect([child.isAlive, child.pid]).toEqual([false, null])
})

test('a function that waits for something that can no longer come is told, not taken for done', async () => {
  await expect(program('never-settles')).rejects.toMatchObject({
    code: 13,
    stderr: expect.stringContaining('Process Process-1:\nits function never finished') as string,
  })
})

test.for(['daemon', 'not a daemon'])('a program ends with its processes: %s', async kind => {
  // The program prints the pid of its process, and ends at once if that is a daemon.
  const { stdout } = await program('leaves', kind)
  const [pid, ...rest] = stdout.trimEnd().split('\n')
  expect(rest).toEqual(kind === 'daemon' ? [] : ['the process is done'])
  if (process.platform === 'linux') await isGone(Number(pid))
})
