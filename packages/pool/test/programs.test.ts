import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(name: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [
    '--conditions=@manyhands/source',
    fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url)),
    ...args,
  ])
}

function run(name: string, ...args: string[]): Promise<Outcome> {
  return outcomeOf(start(name, ...args))
}

function outcomeOf(child: ChildProcess, reads = true): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  if (reads) child.stdout?.on('data', chunk => (stdout += chunk))
  child.stderr?.on('data', chunk => (stderr += chunk))
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })))
}

test.for(['threads', 'processes'])('a program that forgets to shut its %s down ends by itself', async kind => {
  expect(await run('forgets-shutdown', kind)).toMatchObject({ code: 0, stdout: '2,4,6\n' })
})

test.for(['threads', 'processes'])(
  'a program that waits only for a worker of its %s to exit hears of it',
  async kind => {
    expect(await run('awaits-death', kind)).toMatchObject({ code: 0, stdout: 'WorkerExitedError\n' })
  },
)

test.for(['threads', 'processes'])('terminate of %s resolves although an answer came in the meantime', async kind => {
  expect(await run('answers-while-ending', kind)).toMatchObject({ code: 0, stdout: 'ShutdownError\ngone\n' })
})

test('what workers print comes out', async () => {
  const { stdout, stderr } = await run('prints')
  for (const name of ['ThreadPoolExecutor', 'ProcessPoolExecutor']) {
    expect(stdout).toContain(`out of ${name}`)
    expect(stderr).toContain(`err of ${name}`)
  }
})

test.for([
  ['handled', 3, /^done\nwrite EPIPE, exit 3\n$/],
  ['not handled', 1, /Error: write EPIPE\n/],
] as const)(
  'when its reader goes (%s), a program ends alike by own lines and by those of workers',
  async ([way, ...end]) => {
    const [code, stderr] = end
    for (const kind of ['alone', 'threads', 'processes']) {
      const program = start('unread', kind, way)
      // A pipe that was filled is closed.
      program.stdout?.once('readable', () => program.stdout?.destroy())
      expect(await outcomeOf(program, false)).toMatchObject({ code, stderr: expect.stringMatching(stderr) })
    }
  },
)

test('a function imports packages, builtins and JSON, without a warning of how', async () => {
  const line = 'function,function,@manyhands/pool\n'
  expect(await run('imports')).toEqual({ code: 0, stdout: line + line, stderr: '' })
})

test.runIf(isBuiltin('node:ffi'))(
  "without koffi, Node's warning of its FFI comes once, not from each worker",
  async () => {
    const preload = fileURLToPath(new URL('./programs/without-koffi.cjs', import.meta.url))
    const program = fileURLToPath(new URL('./programs/nested-locks.ts', import.meta.url))
    const flags = ['--require', preload, '--conditions=@manyhands/source']
    const { stdout, stderr } = await outcomeOf(spawn(process.execPath, [...flags, program]))
    expect(stdout).toBe('2\n2\n')
    expect(stderr.match(/ExperimentalWarning: FFI/g)).toHaveLength(1)
  },
)

test('a failure that nobody looked at is told when the pool closes, one that somebody saw is not', async () => {
  const { code, stderr } = await run('unseen-failure')
  expect(code).toBe(0)
  expect(stderr).toMatch(/task `careless` failed and its future was never observed: RangeError: nobody looks/)
  expect(stderr).not.toContain('looked at\n')
})

/** Runs a program that may have this many files open. */
function runWithFiles(limit: number, name: string, ...args: string[]): Promise<Outcome> {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  const command = `ulimit -n ${limit}; exec "$0" --conditions=@manyhands/source "$@"`
  return outcomeOf(spawn('sh', ['-c', command, process.execPath, program, ...args]))
}

describe.runIf(process.platform !== 'win32')('without descriptors for all workers', () => {
  test('a process that cannot be spawned breaks its pool, not the program', async () => {
    expect(await runWithFiles(60, 'no-descriptors')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^BrokenPoolError: .* EMFILE\. Lower maxWorkers, or raise .* \(`ulimit -n`\)\n$/),
    })
  })

  test('a Process says what to do, and a Thread that never ran did not end well', async () => {
    const { code, stdout } = await runWithFiles(60, 'child-without-descriptors')
    expect(stdout).toMatch(/^Error: spawn .* EMFILE: raise the limit of open files \(`ulimit -n`\)\n1\n$/)
    expect(code).toBe(0)
  })

  test.for([
    ['threads', 'fail-task'],
    ['processes', 'fail-task'],
    ['processes', 'break'],
  ] as const)('a pool of %s (%s) goes on with those it has, and warns once', async ([kind, policy]) => {
    const { code, stdout } = await runWithFiles(64, 'few-descriptors', kind, policy)
    const [warning, ...rest] = stdout.trimEnd().split('\n')
    expect(warning).toMatch(/^MANYHANDS_FEWER_WORKERS: a worker could not be started: .*EMFILE\. .*raise .*`ulimit -n`/)
    expect(rest).toEqual(['true'])
    expect(code).toBe(0)
  })
})

// Linux: /proc says whether a process is there, or is a zombie that waits for its parent.
test.runIf(process.platform === 'linux')('a busy process worker dies with its parent', async () => {
  const parent = start('busy-parent')
  let text = ''
  const pid = await new Promise<number>(resolve => {
    parent.stdout?.on('data', chunk => {
      text += chunk
      const worker = /worker (\d+)/.exec(text)?.[1]
      if (worker !== undefined && text.includes('busy')) resolve(Number(worker))
    })
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  while (isAlive(pid)) await new Promise(setImmediate)
})

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
