import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidStateError, SerializationError, waitable } from '@manyhands/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { activeChildren, currentProcess, exit, parentProcess, Process, type Thread } from '../../src/index.ts'
import { sleep, tellArguments, tree } from '../tasks/processes.ts'
import { describeSubclasses } from './describe-subclasses.ts'

/** The cases that a Process and a Thread have in common. */
export function describeProcess(label: 'Process' | 'Thread', Given: typeof Process | typeof Thread): void {
  const Kind = Given as typeof Process
  /** What SIGTERM and SIGKILL leave behind. */
  const ended = (signalCode: string) =>
    label === 'Process' ? { exitCode: null, signalCode } : { exitCode: 1, signalCode: null }

  describe(label, () => {
    let folder = ''
    let files = 0
    const newFile = (): string => join(folder, String(files++))
    const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'manyhands-test-'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    async function run<A extends readonly unknown[]>(target: (...args: A) => unknown, ...args: A) {
      const child = new Kind({ target, args } as never)
      await child.start()
      return child.join()
    }

    // CPython: test_process
    test('P01 is alive and listed from its start to its end', async () => {
      const child = new Kind({ target: () => {} })
      expect([child.isAlive, child.exitCode, child.signalCode, child.pid]).toEqual([false, null, null, null])
      expect(activeChildren()).not.toContain(child)
      await child.start()
      expect(child.isAlive).toBe(true)
      expect(child.exitCode).toBe(null)
      expect(activeChildren()).toContain(child)
      expect(await child.join()).toEqual({ exitCode: 0, signalCode: null })
      expect([child.isAlive, child.exitCode]).toEqual([false, 0])
      expect(activeChildren()).not.toContain(child)
    })

    // CPython: test_process, test_parent_process_attributes
    test('P02, P05 its arguments arrive, and it sees itself and its parent as its parent does', async () => {
      expect(parentProcess()).toBe(null)
      const file = newFile()
      const child = new Kind({ target: tellArguments, args: [file, 1, 'two', { three: [3] }], name: 'some name' })
      await child.start()
      await child.join()
      expect(read(file)).toEqual({
        args: [1, 'two', { three: [3] }],
        name: 'some name',
        pid: child.pid,
        daemon: false,
        kind: label.toLowerCase(),
        authKey: Buffer.from(currentProcess().authKey).toString('hex'),
        parent: { name: currentProcess().name, pid: process.pid, isAlive: true },
      })
    })

    test('has the authKey that it was given', async () => {
      const file = newFile()
      const child = new Kind({ target: tellArguments, args: [file] })
      child.authKey = new Uint8Array([1, 2, 3])
      await child.start()
      await child.join()
      expect(read(file)).toMatchObject({ authKey: '010203' })
      expect(Buffer.from(currentProcess().authKey).toString('hex')).not.toBe('010203')
    })

    // CPython: test_args_argument
    test.for([
      ['an array', [1]],
      ['an array in an array', [[1, 2]]],
      ['a set', new Set([1, 2])],
      ['none', []],
    ] as const)('P03 takes as arguments %s', async ([, given]) => {
      const file = newFile()
      const child = new Kind({
        target: (write: (file: string, args: unknown[]) => void, path: string, ...args: number[]) => write(path, args),
        args: new Set<unknown>([tellList, file, ...given]) as never,
      })
      await child.start()
      await child.join()
      expect(read(file)).toEqual([...given])
    })

    // CPython: test_process (default names)
    test('is named by the place it has among the children, unless it has a name', () => {
      const [first, second] = [new Kind(), new Kind()]
      expect(first.name).toMatch(new RegExp(`^${label}-\\d+$`))
      expect(Number(second.name.slice(label.length + 1))).toBe(Number(first.name.slice(label.length + 1)) + 1)
      second.name = 'other'
      expect(second.name).toBe('other')
    })

    // CPython: _kill_process
    test('P07 join with no time left returns at once', async () => {
      const child = new Kind({ target: sleep })
      await child.start()
      expect(await child.join({ timeoutMs: 0 })).toBe(undefined)
      expect(await child.join({ timeoutMs: -1 })).toBe(undefined)
      expect(child.isAlive).toBe(true)
      child.kill()
      await child.join()
    })

    test('a join ends when its time is over or its signal is aborted, and the process goes on', async () => {
      const child = new Kind({ target: sleep })
      await child.start()
      expect(await child.join({ timeoutMs: 5 })).toBe(undefined)
      const controller = new AbortController()
      const joined = child.join({ signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(joined).rejects.toMatchObject({ name: 'CancelledError', cause: { message: 'enough' } })
      await expect(child.join({ signal: controller.signal })).rejects.toMatchObject({ name: 'CancelledError' })
      expect(child.isAlive).toBe(true)
      child.kill()
      await child.join()
    })

    // CPython: test_terminate, test_kill
    test.for([
      ['terminate', 'SIGTERM'],
      ['kill', 'SIGKILL'],
      ['interrupt', 'SIGINT'],
    ] as const)('P08, P09 %s ends it', async ([method, signal]) => {
      const child = new Kind({ target: sleep })
      await child.start()
      child[method]()
      expect(await child.join()).toEqual(ended(signal))
      expect([child.exitCode, child.signalCode]).toEqual(Object.values(ended(signal)))
      child[method]() // there is nobody left
    })

    test('interrupt is an event for one that listens', async () => {
      const file = newFile()
      const child = new Kind({
        target: (path: string) => {
          const timer = setInterval(() => {}, 1000)
          process.once('SIGINT', () => {
            clearInterval(timer)
          })
          process.getBuiltinModule('node:fs').writeFileSync(path, '')
        },
        args: [file],
      })
      await child.start()
      while (!existsSync(file)) await new Promise(setImmediate)
      child.interrupt()
      expect(await child.join()).toEqual({ exitCode: 0, signalCode: null })
    })

    // CPython: test_active_children
    test('P11 activeChildren gains a started one and loses one that ended', async () => {
      const child = new Kind({ target: sleep })
      expect(activeChildren()).not.toContain(child)
      await child.start()
      expect(activeChildren()).toContain(child)
      child.terminate()
      await child.join()
      expect(activeChildren()).not.toContain(child)
    })

    // CPython: test_recursion
    test('P12 children may have children', async () => {
      const file = newFile()
      await run(tree, label, file, 2, [])
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([[], [0], [0, 0], [0, 1], [1], [1, 0], [1, 1]])
    })

    // CPython: test_sentinel
    test('P13 its sentinel is ready once it has ended', async () => {
      const child = new Kind({ target: sleep })
      expect(() => child.sentinel).toThrow(InvalidStateError)
      await child.start()
      const { sentinel } = child
      expect(sentinel.ready).toBe(false)
      const heard = new Promise<void>(resolve => sentinel[waitable]().watch(resolve))
      child.terminate()
      await heard
      expect(sentinel.ready).toBe(true)
      expect(sentinel[waitable]().ready).toBe(true)
    })

    // CPython: test_close
    test('P14 can be closed once it has ended, and is of no use then', async () => {
      const child = new Kind({ target: sleep })
      await child.start()
      expect(() => child.close()).toThrow(/still running/)
      child.terminate()
      await child.join()
      child.close()
      expect(() => child.isAlive).toThrow(InvalidStateError)
      expect(() => child.exitCode).toThrow(InvalidStateError)
      expect(() => child.terminate()).toThrow(InvalidStateError)
      await expect(child.join()).rejects.toThrow(InvalidStateError)
      await expect(child.start()).rejects.toThrow(/is closed/)
      child.close()
    })

    // CPython: test_many_processes
    test('P15 many of them end as they should', async () => {
      const short = Array.from({ length: 5 }, () => new Kind({ target: () => {} }))
      await Promise.all(short.map(child => child.start()))
      expect(await Promise.all(short.map(child => child.join()))).toEqual(
        short.map(() => ({ exitCode: 0, signalCode: null })),
      )
      const sleeping = Array.from({ length: 5 }, () => new Kind({ target: sleep }))
      await Promise.all(sleeping.map(child => child.start()))
      for (const child of sleeping) child.terminate()
      expect(await Promise.all(sleeping.map(child => child.join()))).toEqual(sleeping.map(() => ended('SIGTERM')))
    })

    // CPython: test_wait_for_threads
    test('P18 waits for what its event loop waits for', async () => {
      const file = newFile()
      await run((path: string) => {
        setTimeout(() => process.getBuiltinModule('node:fs').writeFileSync(path, '1'), 30)
      }, file)
      expect(read(file)).toBe(1)
    })

    // CPython: test_sys_exit
    test.for([
      [[1, 2, 3], 1],
      ['ignore this', 1],
      [true, 1],
      [false, 0],
      [8, 8],
      [null, 0],
      [undefined, 0],
    ])('P23 exit(%j) ends it with code %i', async ([reason, code]) => {
      expect(await run(exit as (reason?: unknown) => void, reason)).toEqual({ exitCode: code, signalCode: null })
      expect(
        await run(
          (end: (reason?: unknown) => void, why: unknown) => setImmediate(() => end(why)),
          exit as (reason?: unknown) => void,
          reason,
        ),
      ).toMatchObject({ exitCode: code })
    })

    test('what it leaves in process.exitCode is its exit code', async () => {
      expect(
        await run(() => {
          process.exitCode = 7
        }),
      ).toMatchObject({ exitCode: 7 })
    })

    describeSubclasses(Kind, newFile, read)

    test('only its creator can start, join and end it; others see its name and ids', async () => {
      const file = newFile()
      const other = new Kind({ name: 'other', target: sleep })
      await other.start()
      const child = new Kind({
        target: async (given: Process, path: string) => {
          const tried = async (attempt: () => unknown): Promise<string> => {
            try {
              await attempt()
              return 'done'
            } catch (error) {
              return (error as Error).message
            }
          }
          const outcomes = [
            await tried(() => given.start()),
            await tried(() => given.join()),
            await tried(() => given.terminate()),
            await tried(() => given.isAlive),
          ]
          process.getBuiltinModule('node:fs').writeFileSync(path, JSON.stringify([given.name, given.pid, ...outcomes]))
        },
        args: [other, file],
      })
      await child.start()
      expect(await child.join()).toMatchObject({ exitCode: 0 })
      const only = (purpose: string): string => `only the thread that created \`other\` can ${purpose}`
      expect(read(file)).toEqual([
        'other',
        other.pid,
        only('start it'),
        only('join it'),
        only('terminate it'),
        only('ask whether it is alive'),
      ])
      other.kill()
      await other.join()
    })

    test('is started once, and nothing can be asked of one that was not', async () => {
      const child = new Kind({ target: () => {} })
      expect(() => child.terminate()).toThrow(/was not started/)
      await expect(child.join()).rejects.toThrow(/was not started/)
      await child.start()
      await expect(child.start()).rejects.toThrow(/was started before/)
      expect(() => {
        child.daemon = true
      }).toThrow(InvalidStateError)
      await child.join()
      await expect(child.start()).rejects.toThrow(InvalidStateError)
    })

    test('one whose target cannot travel is not started, and can be told why', async () => {
      const child = new Kind({ target: (given: unknown) => given, args: [new WeakRef({})] })
      await expect(child.start()).rejects.toThrow(SerializationError)
      expect([child.isAlive, child.pid]).toEqual([false, null])
    })

    test('options are checked', () => {
      expect(() => new Kind({ targett: sleep } as never)).toThrow('has no option `targett`; did you mean `target`?')
      expect(() => new Kind({ target: 5 } as never)).toThrow('target must be a function, got 5')
      expect(() => new Kind({ target: sleep, args: 5 } as never)).toThrow('args must be an array, got 5')
      expect(() => new Kind({ target: sleep, args: 'ab' } as never)).toThrow(TypeError)
      expect(() => new Kind({ name: 5 } as never)).toThrow('name must be a string, got 5')
      expect(() => new Kind({ daemon: 1 } as never)).toThrow('daemon must be true or false, got 1')
      expect(() => {
        new Kind().authKey = 'key' as never
      }).toThrow('authKey must be a Uint8Array')
    })

    // CPython: test_lose_target_ref
    test('P16 one that was started does not keep its target and arguments alive', async () => {
      let argument: object | undefined = { large: true }
      const collected = new Set<string>()
      const registry = new FinalizationRegistry<string>(what => collected.add(what))
      registry.register(argument, 'argument')
      const child = new Kind<[object]>({ target: sleep, args: [argument] })
      await child.start()
      argument = undefined
      const collect =
        (globalThis as { gc?: () => void }).gc ??
        (process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc'),
        process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void)
      while (collected.size === 0) {
        collect()
        await new Promise(setImmediate)
      }
      child.kill()
      await child.join()
    })
  })
}

const tellList = (file: string, args: unknown[]): void =>
  process.getBuiltinModule('node:fs').writeFileSync(file, JSON.stringify(args))
